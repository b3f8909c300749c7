"""What an attacker would write into a memory, a commit, a file's name or a model's answer.

Each string carries a marker where only a terminal, or a reader of markup, would act on it.
"""

import re

MARKER = "PWNED"

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"

SEQUENCES = (
    f"a{ESC}[31;66mred",
    f"a{ESC}[2Jcleared",
    f"a{ESC}[66;66Hmoved",
    f"a{ESC}[?1049lleft",
    f"a{ESC}[?1000h{ESC}[?1006hmouse",
    f"a{ESC}[?25lcursor",
    f"a{ESC}[200~pasted{ESC}[201~",
    f"a{ESC}[6nreport",
    f"a{ESC}[21treport title",
    f"a{ESC}[5;66rregion",
    f"a{ESC}[8mhidden{ESC}[28m",
    f"a{ESC}[>4;2mkeys",
    f"a{ESC}[66",
    f"a{ESC}[",
    f"a{ESC}",
    f"a{ESC}creset",
    f"a{ESC}(0lines",
    f"a{ESC}#8filled",
    f"a{ESC}Mup",
    f"a{ESC}]0;{MARKER}{BEL}title",
    f"a{ESC}]2;{MARKER}{ST}title",
    f"a{ESC}]0;{MARKER} without an end",
    f"a{ESC}]8;;http://{MARKER}.example{ST}link{ESC}]8;;{ST}",
    f"a{ESC}]8;id={MARKER};javascript:alert(1){BEL}link{ESC}]8;;{BEL}",
    f"a{ESC}]52;c;{MARKER}{BEL}clipboard",
    f"a{ESC}]4;1;{MARKER}{ST}palette",
    f"a{ESC}]10;?{ST}color",
    f"a{ESC}]1337;File={MARKER}{BEL}image",
    f"a{ESC}]9;{MARKER}{BEL}notice",
    f"a{ESC}]777;notify;{MARKER};b{ST}notice",
    f"a{ESC}]133;A;{MARKER}{ST}prompt",
    f"a{ESC}Pq#0;2;0;0;0#0{MARKER}{ST}sixel",
    f"a{ESC}P$q{MARKER}{ST}status",
    f"a{ESC}Ptmux;{ESC}{ESC}]52;c;{MARKER}{BEL}{ST}tmux",
    f"a{ESC}P+q{MARKER}",
    f"a{ESC}_Gf=100;{MARKER}{ST}kitty",
    f"a{ESC}_{MARKER}",
    f"a{ESC}^{MARKER}{ST}private",
    f"a{ESC}X{MARKER}{ST}string",
    f"a{ESC}k{MARKER}{ST}screen",
    f"a{ESC}[{ESC}]0;{MARKER}{BEL}m nested",
    f"a{ESC}{ESC}[31mtwice",
    f"a{ESC}]0;{MARKER}\nb{BEL}over two lines",
)
"""Escape sequences, whole, cut off, and within each other."""

EIGHT_BITS = (
    "a\x9b31;66mred",
    "a\x9b66",
    f"a\x9d0;{MARKER}\x9ctitle",
    f"a\x9d52;c;{MARKER}\x07clipboard",
    f"a\x90q{MARKER}\x9csixel",
    f"a\x9f{MARKER}\x9capc",
    f"a\x9e{MARKER}\x9cpm",
    f"a\x98{MARKER}\x9csos",
    "a\x84\x85\x8d\x8e\x8fb",
    "a\udc9b31mb\udcff",  # Bytes of a file name that are no UTF-8.
    "a\ud83db",
)
"""The same as one code point each, and what stands for bytes that are no text."""

CONTROLS = (
    "a\rover\x08\x08\x08printed",
    "a\x07\x05\x0e\x0f\x11\x13b",
    "a\x00b\x7fc\x1a\x1c",
    "a\x0bb\x0cc\x85d\u2028e\u2029f",
    "ab\ttab\t\tseparated",
    "a\u202etxt.exe\u202c",
    "a\u2066b\u2067c\u2068d\u2069e\u200f",
    "a\u200bb\u200cc\u200dd\ufefff\u2060g",
    "a" + "".join(chr(0xE0000 + ord(letter)) for letter in MARKER),
    "a\u034f\u115f\u3164\uffa0\u180eb",
    "a" + "\u0301\u0489" * 80,
    "漢字" * 30 + "ｆｕｌｌ①※",
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪❤️1️⃣",
    "\u0e33\u0e33 \u200e ﷽ \u1f3f8",
    "x" * 5_000,
    "> " * 60 + "deep",
)
"""Controls, what is invisible, what turns the direction, what is wide, and what is long."""

MARKUP = (
    "[@click=app.quit]x[/]",
    "[@click=app.bell()]x[/@click]",
    "[@click=screen.leave]x[/]",
    "[link=http://PWNED.example]x[/link]",
    '[link="http://PWNED.example"]x[/]',
    "[red]x[/red]",
    "[bold red",
    "[/nope]",
    "[/]",
    "[]",
    "[$accent on $error]x",
    "[auto on #ff0000 66%]x",
    "\\[red]x\\[/red]",
    "[red]\\",
    "[[red]]x",
    "[b][i][u]x[/b]",
    ":PWNED: :smile:",
    "{{}} $text %s %(x)s {0} \\",
    "# [x](javascript:alert(1)) &#27;[31m `[/]`",
    "[x](http://PWNED.example) ![i](http://h/i)",
    "| a[/nope] |\n|---|\n| [@click=app.quit]x[/] |",
    "```python\n[/nope]\x1b[31m\n```",
    "```\x1b]0;PWNED\x07\n[@click=app.quit]\n",
    "<script>x</script> <a href='http://PWNED.example'>x</a>",
)
"""What Textual, Rich and Markdown read as something else than text."""

HOSTILE = (*SEQUENCES, *EIGHT_BITS, *CONTROLS, *MARKUP)

ANY_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What no cleaned text has."""

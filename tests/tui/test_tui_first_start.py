import pytest
from hosting import hosted, shown_text

from featherchat_tui.first_start import FirstStart, LearningRow, TrustQuestion
from featherchat_tui.values import FirstAnswer, Learning, Offer, Progress

OFFER = Offer(
    found="This repository has a README and 14 documents.",
    effort="About 40 seconds; you can ask at once.",
    reads="files that git tracks here",
    stored_in="~/.local/share/featherchat",
    sends="nothing: no model is set up",
    learning="on (F2 to change)",
    model="ANTHROPIC_API_KEY",
)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (("enter",), FirstAnswer.LEARN),
        (("right", "enter"), FirstAnswer.SHOW),
        (("tab", "tab", "enter"), FirstAnswer.NOT_NOW),
        (("l",), FirstAnswer.LEARN),
        (("s",), FirstAnswer.SHOW),
        (("escape",), FirstAnswer.NOT_NOW),
    ],
)
async def test_the_offer_is_answered_by_keys(keys: tuple[str, ...], answer: FirstAnswer) -> None:
    answers: list[FirstAnswer | None] = []
    async with hosted() as host:
        await host.app.push_screen(FirstStart(OFFER), answers.append)
        await host.press(*keys)

        assert answers == [answer]


@pytest.mark.anyio
@pytest.mark.parametrize(("width", "height"), [(60, 20), (80, 24), (160, 45)])
async def test_the_offer_says_what_is_read_stored_and_sent(width: int, height: int) -> None:
    async with hosted(width=width, height=height) as host:
        await host.app.push_screen(FirstStart(OFFER))
        await host.settled()
        said = shown_text(host.app.screen)

    for words in (OFFER.found, OFFER.reads, OFFER.stored_in, OFFER.sends, OFFER.learning):
        assert words in said


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("keys", "trusted"),
    [(("enter",), False), (("escape",), False), (("y",), True), (("left", "enter"), True)],
)
async def test_trust_is_given_on_purpose_only(keys: tuple[str, ...], trusted: bool) -> None:
    answers: list[bool | None] = []
    async with hosted() as host:
        await host.app.push_screen(TrustQuestion("/home/ada/ledger"), answers.append)
        await host.settled()
        asked = shown_text(host.app.screen)
        await host.press(*keys)

        assert "Do you trust the files in /home/ada/ledger?" in asked
        assert answers == [trusted]


@pytest.mark.anyio
async def test_the_learning_row_counts_and_goes_away() -> None:
    row = LearningRow()
    async with hosted(row) as host:
        row.show(Learning(Progress(3, 14), Progress(0, 0)))
        await host.settled()
        reading = shown_text(row)
        row.show(Learning(Progress(14, 14), Progress(320, 890)))
        await host.settled()
        embedding = shown_text(row)
        row.show(Learning(Progress(14, 14), Progress(890, 890)))
        await host.settled()

        assert "Learning 14 documents … 3 of 14 read" in reading
        assert "Learning 14 documents … ▇▇▇▇······ 320 of 890 pieces have meaning" in embedding
        assert not row.display

"""/why: the way from a line to a decision, on the page."""

from featherchat.commands import trail
from featherchat.commands import why as verbs
from featherchat.commands.markdown import escaped, need
from featherchat.project import Project


async def why(project: Project, argument: str) -> str:
    """The trail as nested lists."""
    need(argument, "/why PATH[:LINE[-LINE]]")
    found = await verbs.why(project, argument)
    lines = [f"**{escaped(str(found.place))}**", ""]
    for step in found.steps:
        lines.append(f"- {escaped(trail.step_line(step))}")
        words = trail.said(step.change) if step.change and (step.lines or step.reasons) else ""
        lines += [f"    - {escaped(words)}"] if words else []
        lines += [f"    - {escaped(trail.note_line(each))}" for each in step.notes]
        for reason in step.reasons:
            head, *rest = trail.reason_lines(reason)
            lines.append(f"    - {escaped(head)}")
            lines += [f"        - {escaped(line.strip())}" for line in rest]
        lines += [f"    - {escaped(trail.link_line(each))}" for each in step.maybe]
        lines += [f"    - {escaped(trail.deployment_line(each))}" for each in step.deployed]
    lines += [f"- {escaped(trail.governing_line(each))}" for each in found.governed_by]
    return "\n".join([*lines, "", escaped(trail.ending(found))]).rstrip()

"""Messages to people as data, in both languages. `{name}` is filled from the context; unknown names are a fault."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

from jiedao.cases import kinds
from jiedao.text import Text


@dataclass(frozen=True)
class Template:
    """`subject` is one line; `body` what follows. `code`, `title`, `state` and `due` of the case are always known."""

    code: str
    subject: Text
    body: Text

    def names(self) -> set[str]:
        """Every name that some language asks for."""
        texts = (self.subject.zh, self.subject.en, self.body.zh, self.body.en)
        return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def _template(code: str, zh: str, en: str, zh_body: str, en_body: str) -> tuple[str, Template]:
    return code, Template(code, Text(zh, en), Text(zh_body, en_body))


CASE_FIELDS = frozenset({"code", "title", "state", "due"})

KERNEL: dict[str, Template] = dict(
    [
        _template(
            "closed", "您反映的问题已办结", "What you reported has been dealt with",
            "{title}（{code}）已办结。请评价；如未解决，可申请复查一次。",
            "{title} ({code}) is closed. Please rate it; if it was not solved you can reopen it once.",
        ),
        _template(
            "rejected", "您反映的问题未立案", "What you reported was not taken on",
            "{title}（{code}）未立案。原因：{note}", "{title} ({code}) was not filed. Reason: {note}",
        ),
        _template(
            "suspended", "办理需要更多时间", "This will take longer",
            "{title}（{code}）暂缓处置至 {until}。原因：{note}",
            "Work on {title} ({code}) is suspended until {until}. Reason: {note}",
        ),
        _template(
            "extended", "办理需要更多时间", "This will take longer",
            "{title}（{code}）的办理期限延至 {due}。", "The date for {title} ({code}) is now {due}.",
        ),
        _template(
            "joined", "您反映的问题已并入同一案卷", "Your report joined another about the same thing",
            "{title} 已并入 {code}，办理进展以该案卷为准。", "{title} is now followed in case {code}.",
        ),
        _template(
            "to_handle", "新案卷待处置", "A new case to handle",
            "{title}（{code}），请在 {due} 前处置。", "{title} ({code}); to be done by {due}.",
        ),
        _template(
            "assigned", "有案卷指派给您", "A case is assigned to you",
            "{title}（{code}），请在 {due} 前处置。", "{title} ({code}); to be done by {due}.",
        ),
        _template(
            "due_soon", "案卷即将到期", "A case is nearly due",
            "{title}（{code}）将于 {due} 到期，现为“{state}”。", "{title} ({code}) is due {due}; it is at “{state}”.",
        ),
        _template(
            "overdue", "案卷已超时", "A case is overdue",
            "{title}（{code}）已于 {due} 到期，仍为“{state}”。",
            "{title} ({code}) was due {due}; it is still at “{state}”.",
        ),
        _template(
            "supervised", "案卷被督办", "A case is under supervision",
            "{title}（{code}）被列为督办。{note}", "{title} ({code}) is now supervised. {note}",
        ),
        _template(
            "adjustment_asked", "有申请待审批", "A request waits for your decision",
            "{title}（{code}）申请{what}：{note}", "{title} ({code}): {what} is asked for. {note}",
        ),
        _template(
            "adjustment_decided", "申请已审批", "Your request was decided",
            "{title}（{code}）的{what}申请：{result}。{note}", "{title} ({code}), {what}: {result}. {note}",
        ),
    ]
)  # fmt: skip


def find(code: str, kind: str = "") -> Template:
    """The kind's own template of that code, else the kernel's; KeyError for an unknown code."""
    own = kinds.all_kinds().get(kind) if kind else None
    for template in own.notices if own else ():
        if template.code == code:
            return template
    return KERNEL[code]

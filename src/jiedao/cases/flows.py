"""The seven stages of city management (CJJ/T 106-2010) with the return rules of facts 5.A.5, as flow data.

Codes are neutral: cities disagree on which check is called 核实 and which 核查.
"""

from __future__ import annotations

from jiedao.cases.flow import ADJUSTMENT, BACK, REPORTER, SYSTEM, Flow, State, Step
from jiedao.text import Text

__all__ = ["ADJUSTMENT", "BACK", "REPORTER", "STANDARD", "SYSTEM", "Flow", "State", "Step"]

STATES = (
    State("reported", Text("待受理", "reported"), "accept", shown=False),
    State("pre_filing_check", Text("立案前核实", "being verified"), "pre_filing_check", shown=False),
    State("filed", Text("已立案", "filed"), "accept"),
    State("to_dispatch", Text("待派遣", "to be dispatched"), "dispatch"),
    State("to_handle", Text("待处置", "to be handled"), "handle", unit=True),
    State("handling", Text("处置中", "being handled"), "handle", unit=True),
    State("handled", Text("已处置", "handled"), "handle", unit=True),
    State("dept_confirmed", Text("部门已确认", "confirmed by department"), "feedback"),
    State("pre_closing_check", Text("结案前核查", "being checked"), "pre_closing_check"),
    State("to_close", Text("待结案", "to be closed"), "close"),
    State("rework", Text("返工", "rework"), "dispatch"),
    State("suspended", Text("挂账", "suspended"), "handle", unit=True, paused=True),
    State("closed", Text("已结案", "closed"), final=True),
    State("rejected", Text("不予立案", "not filed"), final=True, shown=False),
    State("merged", Text("已合并", "merged"), final=True),
)


def _step(
    code: str, zh: str, en: str, sources: str, target: str, permission: str, needs: str = "", **more: object
) -> Step:
    asked = frozenset(needs.split())
    if permission[0] != "@":
        permission = f"case.{permission}"
    return Step(code, Text(zh, en), tuple(sources.split()), target, permission, asked, **more)  # type: ignore[arg-type]


OPEN = " ".join(state.code for state in STATES if not state.final)

STEPS = (
    # acceptor and collector, before filing
    _step("ask_check", "要求核实", "have it verified", "reported", "pre_filing_check", "accept", public=False),
    _step("found", "核实属实", "found on the spot", "pre_filing_check", "reported", "check", "photo", public=False),
    _step("not_found", "核实不实", "not found", "pre_filing_check", "reported", "check", "note photo", public=False),
    _step("file", "立案", "file", "reported", "filed", "accept", "limit"),
    _step("file_and_send", "立案并交派遣", "file and send on", "reported", "to_dispatch", "accept", "limit"),
    _step("send", "交派遣", "send on", "filed", "to_dispatch", "accept", unless_after=("return_to_acceptor",)),
    _step("settle", "无需处置", "nothing left to do", "filed", "to_close", "accept", "note",
          unless_after=("return_to_acceptor",)),
    _step("reconsider", "重新受理", "consider again", "filed", "reported", "accept", public=False),
    _step("reject", "不予立案", "do not file", "reported filed", "rejected", "accept", "note",
          direction="cancel", tells="rejected"),
    # dispatcher
    _step("dispatch", "派遣", "dispatch", "to_dispatch", "to_handle", "dispatch", "unit", direction="assign"),
    _step("return_to_acceptor", "退回受理", "return to acceptor", "to_dispatch", "filed", "dispatch", "note",
          direction="return", public=False),
    _step("forward_to_close", "转结案", "forward to closing", "to_dispatch", "to_close", "dispatch", "note",
          unless_after=("return_to_dispatcher",)),
    _step("request_check", "要求核查", "have it checked", "dept_confirmed", "pre_closing_check", "dispatch"),
    _step("skip_check", "免核查", "close without check", "dept_confirmed", "to_close", "dispatch", "note"),
    _step("redispatch", "发回返工", "send back for rework", "rework", "to_handle", "dispatch", "unit",
          direction="assign", resumes=True),
    _step("resume", "恢复处置", "resume", "suspended", BACK, "dispatch", direction="pause"),
    # department and handler
    _step("assign", "指派", "assign", "to_handle", "handling", "confirm", "handler", direction="assign"),
    _step("revoke", "撤销指派", "revoke the assignment", "handling", "to_handle", "confirm", direction="revoke",
          clears=("handler",), public=False),
    _step("return_to_dispatcher", "退回派遣", "return to dispatcher", "to_handle", "to_dispatch", "confirm", "note",
          direction="return", clears=("unit", "handler"), public=False),
    _step("return_to_department", "退回部门", "return to department", "handling", "to_handle", "handle", "note",
          direction="return", clears=("handler",), public=False),
    _step("hand_back", "处置完成", "done", "handling", "handled", "handle", "photo"),
    _step("return_to_handler", "退回处置员", "return to handler", "handled", "handling", "confirm", "note",
          direction="return", public=False),
    _step("complete", "部门自行处置完成", "done by the department", "to_handle", "dept_confirmed", "confirm", "photo"),
    _step("confirm", "确认完成", "confirm", "handled", "dept_confirmed", "confirm"),
    # checking and closing
    _step("pass_check", "核查通过", "passed", "pre_closing_check", "to_close", "check", "photo"),
    _step("fail_check", "核查未通过", "not good yet", "pre_closing_check", "rework", "check", "note photo",
          direction="return", counts="rework"),
    _step("send_back", "退回返工", "send back", "to_close", "rework", "close", "note",
          direction="return", counts="rework"),
    _step("close", "结案", "close", "to_close", "closed", "close", "condition", direction="close", tells="closed"),
    # taken by functions of their own
    _step("merge", "合并", "merge", OPEN, "merged", "accept", "into", direction="close"),
    _step("suspend", "挂账", "suspend", "to_handle handling", "suspended", ADJUSTMENT, "note", direction="pause",
          tells="suspended"),
    _step("reopen", "申请复查", "reopen", "closed", "reported", REPORTER, "note", direction="return",
          clears=("handler",), counts="reopened"),
)  # fmt: skip

STANDARD = Flow(
    "standard",
    Text("城市管理七步流程", "the seven stages of city management"),
    "reported",
    STATES,
    STEPS,
    clocks={
        "accept": Text("受理立案", "accepting"),
        "pre_filing_check": Text("立案前核实", "verifying"),
        "dispatch": Text("派遣", "dispatching"),
        "handle": Text("处置", "handling"),
        "feedback": Text("处置反馈", "feedback"),
        "pre_closing_check": Text("结案前核查", "checking"),
        "close": Text("结案", "closing"),
    },
    promise=("accept", "dispatch", "handle", "feedback", "pre_closing_check", "close"),
)

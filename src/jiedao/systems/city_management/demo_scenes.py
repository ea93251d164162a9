"""The cases that stand on the desks when somebody first opens the demo, in the places that it plays. Invented.

{s} is the street. Ages are hours before now: working hours where the limit of the class is in working time.
"""

from __future__ import annotations

from dataclasses import dataclass

GUIHUA, LIULINGYI, HEJIATU = "430202004", "430202002021", "430203001"
XIANGSHILING, TIANYUAN, SHIFENG = "430204002", "430211", "430204"


@dataclass(frozen=True)
class Scene:
    """One case. `stands`: the state to walk it to; `then`: what is done to it there, in order."""

    area: str
    text: str
    category: str = ""
    """Empty: triage proposes one."""
    condition: str = ""
    stands: str = "reported"
    age: float = 0.3
    """Hours since it was reported."""
    since: float = 0.1
    """Hours since the last step, for states after the handling."""
    channel: str = "portal"
    who: str = "neighbour"
    """Who tells of it: resident, neighbour, stranger; on other channels the collector or the acceptor."""
    spot: str = "street"
    """alley, street or green; a component class stands at a component where the place has one."""
    then: tuple[str, ...] = ()
    picture: str = ""
    reason: str = ""
    """What is written where `then` asks for words."""


SCENES = (
    # for the acceptor
    Scene(
        GUIHUA, "夜巡发现：{s}电动车停满盲道，轮椅无法通行", "E04-10", "1", age=0.2, channel="patrol", picture="bikes",
    ),
    Scene(
        GUIHUA, "夜巡发现：{s}果皮箱满溢，周边有散落垃圾", "E01-92", "1", age=0.25, channel="patrol", picture="litter",
    ),
    Scene(
        GUIHUA, "收运点的桶满了，袋子堆到了路上", "E01-92", "1", age=0.15, picture="litter", then=("another",),
        reason="早上倒垃圾发现都放不下，味道很大，请派人来",
    ),
    Scene(GUIHUA, "楼下那个东西坏了好久了，一直没人来弄，麻烦看一下", age=0.35, who="stranger"),
    Scene(
        GUIHUA, "A manhole cover on {s} rocks and bangs every time a car passes; I cannot sleep.", "C01-02", "3",
        age=0.2, spot="street", picture="manhole",
    ),
    Scene(
        HEJIATU, "来信摘要：{s}口两家烧烤店每晚把桌子摆到人行道上，油烟进屋，老人咳嗽。盼回音。", "E01-29", "1",
        age=1.2, channel="letter", spot="alley",
    ),
    Scene(
        HEJIATU, "来信摘要：感谢上次修好路灯。另有一事，{s}的台阶松动，老人上下不稳。", "C01-86", age=0.4,
        channel="letter", spot="alley",
    ),
    Scene(HEJIATU, "商店门口大喇叭从早喊到晚", "E01-28", "1", "closed", 30, 5, who="neighbour", then=("reopen",),
          reason="只安静了一天，今天早上又开始喊了"),
    # to be verified on the spot
    Scene(GUIHUA, "楼道口堆着旧门板和纸箱，怕着火", "E01-36", "1", "pre_filing_check", 0.6, channel="phone",
          spot="alley", picture="junk"),
    Scene(GUIHUA, "消防通道被私家车堵了，敲窗没人", "E04-96", "1", "pre_filing_check", 0.4, spot="alley"),
    Scene(GUIHUA, "There is a strong smell of sewage near {s} after every rain.", "E05-03", "1", "pre_filing_check",
          0.5, who="stranger"),
    Scene(GUIHUA, "半夜工地还在打桩", "E03-01", "1", "pre_filing_check", 1.0, channel="phone", then=("not_found",),
          reason="到场时已停工，未听到施工声，围挡内无人作业"),
    # for the dispatcher
    Scene(SHIFENG, "{s}工地没有洒水，渣土车出来一路扬尘，窗台一天一层灰", "E03-04", "1", "to_dispatch", 0.45,
          channel="phone", picture="dust"),
    Scene(SHIFENG, "厂区外墙边的裸土没有盖，风一吹全是灰", "E03-04", "1", "to_dispatch", 0.6, picture="dust"),
    Scene(TIANYUAN, "三楼拉下一根电线给电动车充电，线从窗口拖到地上", "E01-08", "2", "to_dispatch", 0.5, spot="alley",
          picture="wire"),
    Scene(XIANGSHILING, "球馆后面污水井冒水，路都走不了", "E05-03", "1", "to_handle", 1.6, spot="green",
          then=("return",), reason="该段为单位内部管道，不属本单位管养，请派产权单位", picture="flood"),
    Scene(LIULINGYI, "有人把旧沙发扔在{s}拐角", "E01-35", "1", "to_dispatch", 1.2, spot="alley",
          then=("return_to_acceptor",), reason="照片看不出具体位置，请核实是院内还是路边", picture="junk"),
    Scene(GUIHUA, "健身器材踏板断了，孩子差点夹到脚", "C01-46", "1", "dept_confirmed", 5, 0.2, spot="green"),
    Scene(GUIHUA, "{s}墙角堆的砖头和沙子", "E01-36", "1", "pre_closing_check", 8, 0.4, spot="alley", channel="field",
          then=("fail",), reason="砖头清了，沙子还在，占着半条路", picture="junk"),
    # 六〇一社区: posted ads, some for the department, some for its handler
    Scene(LIULINGYI, "{s}电线杆和墙上贴满小广告，开锁、疏通、贷款都有", "E02-01", "1", "to_handle", 1.2, spot="alley",
          channel="field", picture="ads"),
    Scene(LIULINGYI, "楼道口全是牛皮癣，上周刚铲完又贴", "E02-01", "1", "to_handle", 2, spot="alley", picture="ads"),
    Scene(LIULINGYI, "{s}配电箱上喷了一串电话号码", "E02-01", "1", "handling", 3, spot="alley", channel="patrol",
          picture="ads"),
    Scene(LIULINGYI, "小区大门两边墙上贴满租房广告", "E02-01", "1", "handling", 4, spot="alley", picture="ads",
          then=("echo", "echo"), reason="我家楼下也是，请一起清掉"),
    Scene(LIULINGYI, "Illegal ads pasted all over the gate posts on {s}", "E02-01", "1", "handled", 5, 0.3,
          spot="alley", picture="ads"),
    Scene(LIULINGYI, "公交站牌背面贴了一层小广告", "E02-01", "1", "to_close", 7, 0.1, picture="ads"),
    # 荷塘区's departments and handlers
    Scene(GUIHUA, "水果店把货摆到人行道中间，推婴儿车过不去", "E04-05", "1", "to_handle", 7, picture="stall"),
    Scene(GUIHUA, "校门口流动摊点，放学时很堵", "E04-01", "1", "handled", 1.8, 0.2, channel="field", picture="stall"),
    Scene(GUIHUA, "共享单车倒了一片，压在绿化带上", "E04-93", "2", "handling", 1.3, who="resident", picture="bikes",
          then=("comment",), reason="已联系运维人员，今天内清走"),
    Scene(GUIHUA, "有人在行道树之间堆了一车旧砖", "E01-36", "1", "handling", 3.5, spot="street", picture="junk",
          then=("ask_extension",), reason="物主明日到场搬运，申请延一天"),
    Scene(GUIHUA, "{s}路面有个大坑，下雨看不见", "E01-13", "1", "to_handle", 12, picture="pothole",
          then=("ask_extension",), reason="连续降雨，沥青无法摊铺"),
    Scene(GUIHUA, "遛狗不牵绳，草坪上狗屎没人捡", "E01-84", "1", "to_handle", 2.5, spot="green"),
    # for the collector, after the handling
    Scene(GUIHUA, "路边堆了一地生活垃圾", "E01-10", "1", "pre_closing_check", 4.5, 0.4, spot="alley", picture="litter"),
    Scene(GUIHUA, "雨水口堵满了树叶和垃圾", "C01-04", "5", "pre_closing_check", 6, 0.7, spot="street",
          picture="flood"),
    Scene(GUIHUA, "{s}墙上的小广告", "E02-01", "1", "pre_closing_check", 7, 0.2, spot="alley", channel="field",
          picture="ads"),
    # supervised, suspended, appealed, rated
    Scene(TIANYUAN, "一整排楼都在飞线充电，上个月已经烧过一次插座", "E01-08", "2", "handling", 3, spot="alley",
          then=("supervise",), reason="居民反映强烈，今天办结，结果报我", picture="wire"),
    Scene(SHIFENG, "小区门口路面塌了一块，围挡挡了半年", "E01-13", "1", "to_handle", 20, then=("suspend",),
          reason="列入雨污分流改造，随工程一并恢复", picture="pothole"),
    Scene(XIANGSHILING, "比赛场地旁边的路灯灭了三盏，晚上散场很黑", "C01-37", "3", "handling", 6,
          picture="lamp"),
    Scene(XIANGSHILING, "球馆门口电动车乱停，选手和家长都要绕行", "E04-10", "1", "handling", 1.5, spot="green",
          picture="bikes"),
    Scene(GUIHUA, "单元门口电动车堵门", "E04-10", "1", "closed", 26, 10, spot="alley", then=("appeal",),
          reason="当日暴雨红色预警，停止户外作业，附指挥中心通知", picture="bikes"),
    Scene(GUIHUA, "垃圾桶满了，从早上到现在没收", "E01-92", "1", "closed", 12, 6, who="resident", picture="litter"),
    Scene(HEJIATU, "{s}路上很脏，几天没扫", "E01-12", "1", "to_close", 3, 0.15, picture="plain"),
    Scene(HEJIATU, "行道树断枝挂在半空", "C04-02", "1", "closed", 16, 8, then=("rate",),
          reason="半天就来锯掉了，谢谢师傅", picture="tree"),
)  # fmt: skip

PICTURES = {
    "E01-10": "litter", "E01-92": "litter", "E02-01": "ads", "C01-37": "lamp", "E01-13": "pothole", "E04-10": "bikes",
    "E04-93": "bikes", "E04-05": "stall", "E04-01": "stall", "E01-08": "wire", "E03-04": "dust", "C01-02": "manhole",
    "C01-03": "manhole", "C01-04": "flood", "E05-06": "flood", "E05-03": "flood", "C04-02": "tree", "E01-36": "junk",
    "E01-35": "junk", "E01-12": "plain",
}  # fmt: skip
"""Which drawn scene shows a class."""

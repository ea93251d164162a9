"""`jiedao manage apikey …`: hand out, list, renew and revoke keys of other software from the server's own console."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jiedao.errors import Refused
from jiedao.gateway import keys
from jiedao.gateway.models import ApiKey
from jiedao.people.models import Unit, User


class Command(BaseCommand):
    help = "接口密钥 · API keys: create USERNAME NAME, list, renew USERNAME, revoke USERNAME"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["create", "list", "renew", "revoke"])
        parser.add_argument("username", nargs="?", default="")
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("--area", default="", help="区划代码 · area code")
        parser.add_argument("--kinds", nargs="*", default=[], help="案卷种类 · kinds of case")
        parser.add_argument("--rate", type=int, help="每分钟上报数 · reports a minute")
        parser.add_argument("--expires", type=date.fromisoformat, help="最后一天 · last day")
        parser.add_argument("--role", default="", help="角色 · a role: the key acts in its name")
        parser.add_argument("--unit", default="", help="组织编码 · unit code")
        parser.add_argument("--as", dest="actor", default="", help="以谁的名义，默认任一超级管理员 · in whose name")

    def handle(self, *args: Any, **given: Any) -> None:
        try:
            self._run(given)
        except Refused as refused:
            raise CommandError(f"{refused.text.zh} · {refused.text.en}") from refused

    def _run(self, given: dict[str, Any]) -> None:
        if given["act"] == "list":
            for row in ApiKey.objects.select_related("user").order_by("pk"):
                state = "revoked" if row.revoked_at else row.expires_on or "-"
                self.stdout.write(
                    f"{row.user.username}\t{row.start}…\t{row.area or '-'}\t{state}\t{row.used_on or '-'}"
                )
            return
        actor = self._actor(given["actor"])
        if given["act"] == "create":
            self.stdout.write(self._create(actor, given))
            return
        row = ApiKey.objects.select_related("user__person").filter(user__username=given["username"]).first()
        if row is None:
            raise CommandError("没有这个密钥 · there is no such key")
        if given["act"] == "renew":
            self.stdout.write(keys.do_renew(actor, row))
        else:
            keys.do_revoke(actor, row)

    def _create(self, actor: User, given: dict[str, Any]) -> str:
        unit = Unit.objects.filter(code=given["unit"]).first() if given["unit"] else None
        scope = {"area": given["area"], "kinds": given["kinds"]}
        post = {"role": given["role"], "unit": unit, **scope} if given["role"] else None
        more = {"rate": given["rate"], "expires_on": given["expires"], "post": post}
        return keys.do_create(actor, given["username"], given["name"], **scope, **more)[1]

    def _actor(self, username: str) -> User:
        held = User.objects.filter(is_active=True)
        found = held.filter(username=username) if username else held.filter(is_superuser=True).order_by("pk")
        if (user := found.first()) is None:
            raise CommandError("请用 --as 指定管理员 · name an administrator with --as")
        return user

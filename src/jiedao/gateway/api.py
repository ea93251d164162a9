"""The API at /api/: the rooms' own operations, and each system's `api.router` at /api/<id>/. OpenAPI with docs."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from ninja import NinjaAPI, Swagger
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder

from jiedao.gateway import refusals, routes_cases, routes_city
from jiedao.gateway.schemas import Error
from jiedao.people.gate import public
from jiedao.registry import registry

ABOUT = """
街道系统的程序接口。密钥由系统管理员在“接口密钥”页发放，随请求头 `Authorization: Bearer jd_…` 发送；
网页内可用登录会话（须带 CSRF）。
写操作可带 `Idempotency-Key`。
出错时返回 code、message、field、value、expected，语言按 `Accept-Language`。

The API of Jiedao. An administrator hands out keys on the page “API keys”; send yours as `Authorization: Bearer jd_…`.
Pages may use their session, with CSRF. Writes take an `Idempotency-Key`. Refusals hold code, message, field, value and
expected, in the language of `Accept-Language`.
"""
REFUSALS = {
    "400": "读不懂 · unreadable",
    "401": "未登录或密钥无效 · no sign-in, or a bad key",
    "403": "无权限 · not allowed",
    "404": "没有 · no such thing",
    "409": "冲突 · somebody was first",
    "413": "太大 · too large",
    "422": "填写有误 · a value is wrong",
    "429": "太频繁 · too often",
}


class Plain(BaseRenderer):
    """Chinese as it is, at half the bytes of escapes."""

    media_type = "application/json"

    def render(self, request: Any, data: Any, *, response_status: int) -> bytes:
        return json.dumps(data, cls=NinjaJSONEncoder, ensure_ascii=False).encode("utf-8", "replace")


class Api(NinjaAPI):
    """The schema names the key beside the session, and the form of every refusal."""

    def get_openapi_schema(self, **given: Any) -> Any:
        schema = super().get_openapi_schema(**given)
        parts = schema.setdefault("components", {})
        parts.setdefault("securitySchemes", {})["Key"] = {"type": "http", "scheme": "bearer"}
        parts.setdefault("schemas", {})["Error"] = Error.model_json_schema()
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
        for path in schema["paths"].values():
            for operation in path.values():
                if operation.get("security"):
                    operation["security"] = [{"Key": []}, *operation["security"]]
                told = {status: {"description": text, "content": content} for status, text in REFUSALS.items()}
                operation["responses"] = told | {str(k): v for k, v in operation["responses"].items()}
        return schema


def build() -> Api:
    api = Api(
        title="街道 Jiedao", version="1", description=ABOUT, urls_namespace="api", docs_decorator=public,
        renderer=Plain(),
        docs=Swagger(settings={"persistAuthorization": True}),
    )  # fmt: skip
    refusals.install(api)
    api.add_router("", routes_cases.router)
    api.add_router("", routes_city.router)
    for system in registry().systems():
        if "api" not in system.lacks:
            api.add_router(f"/{system.id}", import_module(f"{system.package}.api").router)
    return api


api = build()

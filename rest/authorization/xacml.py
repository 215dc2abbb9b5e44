"""The XACML 3.0 JSON profile as service owners speak it: requests read, responses written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast, get_args

from core import Obligation, Outcome
from rest.authorization.as_spelled import Attribute, DataType, Request, as_spelled

LARGEST_REQUEST = 1024 * 1024
MOST_REFERENCES = 1000

SUBJECT = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject"
ACTION = "urn:oasis:names:tc:xacml:3.0:attribute-category:action"
RESOURCE = "urn:oasis:names:tc:xacml:3.0:attribute-category:resource"

OK = "ok"
PROCESSING_ERROR = "processing-error"
SYNTAX_ERROR = "syntax-error"

_XML_SCHEMA = "http://www.w3.org/2001/XMLSchema#"
_DATA_TYPES = frozenset(get_args(DataType))

_ROOT = frozenset({"Request"})
_REQUEST = frozenset({"AccessSubject", "Action", "Resource", "Category", "MultiRequests"})
_CATEGORY = frozenset({"Id", "CategoryId", "Attribute", "Content"})
_ATTRIBUTE = frozenset({"AttributeId", "Value", "DataType", "Issuer", "IncludeInResult"})
_MULTI = frozenset({"RequestReference"})
_REFERENCE = frozenset({"ReferenceId"})
_PROPER_NAME: dict[str, str] = {
    name.lower(): name for known in (_ROOT, _REQUEST, _CATEGORY, _ATTRIBUTE, _MULTI, _REFERENCE) for name in known
}


class MalformedRequest(ValueError):
    """The body is not a decision request. The text says what was expected."""


class CannotAnswer(Exception):
    """The request can be read but not answered: Indeterminate, with this status and our reason."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Category(NamedTuple):
    """Attributes of one category: subject, action, resource or one that is not read."""

    category: str
    attributes: tuple[Attribute, ...]


Asked = tuple[Category, ...]
"""The categories of one question."""

Named = list[tuple[Any, Category]]
"""Categories with the names that references call them by."""

References = Sequence[Sequence[Any]]
"""For each question, the names of its categories."""


def read_request(body: bytes) -> tuple[Asked, ...]:
    """The questions in a request, in reference order; one where it has fewer than two references.

    Names are read without regard to case. Raises MalformedRequest or CannotAnswer.
    """
    if len(body) > LARGEST_REQUEST:
        raise MalformedRequest(f"the request is larger than {LARGEST_REQUEST} bytes")
    spelled = as_spelled(body)
    names, categories = _patiently(body) if spelled is None else _at_once(spelled)
    if len(names) < 2:
        return (tuple(category for _, category in categories),)
    if len(names) > MOST_REFERENCES:
        raise MalformedRequest(f"more than {MOST_REFERENCES} references")
    return _referred(names, categories)


def _at_once(request: Request) -> tuple[References, Named]:
    categories: Named = []
    for some, which in (
        (request.subjects, SUBJECT),
        (request.actions, ACTION),
        (request.resources, RESOURCE),
        (request.categories, None),
    ):
        for each in some or ():
            category = which or each.category
            if category is None:
                raise CannotAnswer(PROCESSING_ERROR, "category-missing")
            categories.append((each.id, Category(category, each.attributes or ())))
    references = () if request.multi is None else request.multi.references or ()
    return [each.names or () for each in references], categories


def _patiently(body: bytes) -> tuple[References, Named]:
    """Names in any case of letters, members that are not known, and what is wrong with the rest."""
    try:
        root = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedRequest("the body is not JSON") from error
    request = _named(_named(root, _ROOT).get("Request"), _REQUEST)
    categories = [
        *_categories(request.get("AccessSubject"), SUBJECT),
        *_categories(request.get("Action"), ACTION),
        *_categories(request.get("Resource"), RESOURCE),
        *_categories(request.get("Category"), None),
    ]
    multi = request.get("MultiRequests")
    references = () if multi is None else _list(_named(multi, _MULTI).get("RequestReference"))
    return [_list(_named(each, _REFERENCE).get("ReferenceId")) for each in references], categories


def _referred(references: References, categories: Named) -> tuple[Asked, ...]:
    by_id: dict[object, list[Category]] = {}
    for name, category in categories:
        if name is not None:
            by_id.setdefault(name, []).append(category)
    asked = []
    for names in references:
        if any(not isinstance(name, str) or name not in by_id for name in names):
            raise CannotAnswer(SYNTAX_ERROR, "reference-unknown")
        asked.append(tuple(category for name in names for category in by_id[name]))
    return tuple(asked)


def _categories(raw: Any, category: str | None) -> Named:
    found = []
    for item in _list(raw):
        named = _named(item, _CATEGORY)
        which = category or named.get("CategoryId")
        if not isinstance(which, str):
            raise CannotAnswer(PROCESSING_ERROR, "category-missing")
        attributes = [_attribute(_named(each, _ATTRIBUTE)) for each in _list(named.get("Attribute"))]
        found.append((named.get("Id"), Category(which, tuple(attributes))))
    return found


def _attribute(raw: Mapping[str, Any]) -> Attribute:
    name, value, issuer = raw.get("AttributeId"), raw.get("Value"), raw.get("Issuer")
    if not isinstance(name, str) or not isinstance(value, str):
        raise MalformedRequest("an attribute needs AttributeId and Value, both texts")
    data_type = raw.get("DataType") or ""
    if not isinstance(data_type, str):
        raise MalformedRequest("DataType must be a text")
    if data_type not in _DATA_TYPES:
        raise CannotAnswer(PROCESSING_ERROR, "data-type-unknown")
    include = raw.get("IncludeInResult") is True
    return Attribute(name, value, cast("DataType", data_type), issuer if isinstance(issuer, str) else None, include)


def _named(raw: Any, known: frozenset[str]) -> Mapping[str, Any]:
    """The object with its members' names as the profile writes them."""
    if not isinstance(raw, dict):
        raise MalformedRequest(f"expected an object with {', '.join(sorted(known))}")
    if raw.keys() <= known:
        return raw
    return {_PROPER_NAME.get(str(name).lower(), str(name)): value for name, value in raw.items()}


def _list(raw: Any) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise MalformedRequest("expected a list")
    return raw


# -- responses ----------------------------------------------------------------------------------


def result(outcome: Outcome, status: str, obligations: tuple[Obligation, ...], echo: str | None) -> str:
    """One result, as text. ``echo`` is what `echo_of` made."""
    before, after = _result_around(outcome, status, obligations)
    return f"{before}{echo or 'null'}{after}"


@lru_cache(maxsize=256)
def _result_around(outcome: Outcome, status: str, obligations: tuple[Obligation, ...]) -> tuple[str, str]:
    """The result before and after its echo; the same few come again and again."""
    document = {
        "decision": str(outcome),
        "status": {
            "statusMessage": None,
            "statusDetails": None,
            "statusCode": {"value": f"urn:oasis:names:tc:xacml:1.0:status:{status}", "statusCode": None},
        },
        "obligations": [_obligation(*numbered) for numbered in enumerate(obligations, start=1)] or None,
        "associateAdvice": None,
        "category": None,
        "policyIdentifierList": None,
    }
    before, _, after = to_json(document).rpartition('"category":null')
    return f'{before}"category":', after


def _obligation(number: int, obligation: Obligation) -> dict[str, Any]:
    assignment = {
        "attributeId": f"urn:altinn:obligation-assignment:{number}",
        "value": str(obligation.level),
        "category": f"urn:altinn:{obligation.category}",
        "dataType": f"{_XML_SCHEMA}integer",
        "issuer": None,
    }
    return {"id": f"urn:altinn:obligation:authenticationLevel{number}", "attributeAssignment": [assignment]}


def echo_of(asked: Asked) -> str | None:
    """The attributes that asked to be repeated, as text, or None where there are none."""
    categories = []
    for category, attributes in asked:
        repeated = [_repeated(each) for each in attributes if each.include]
        if repeated:
            categories.append({"categoryId": category, "id": None, "content": None, "attribute": repeated})
    return to_json(categories) if categories else None


def _repeated(attribute: Attribute) -> dict[str, Any]:
    return {
        "attributeId": attribute.id,
        "value": attribute.value,
        "issuer": attribute.issuer,
        "dataType": attribute.full_data_type,
        "includeInResult": False,
    }


def response(results: Iterable[str]) -> bytes:
    """The whole response body."""
    return f'{{"response":[{",".join(results)}]}}'.encode()


def to_json(value: Any) -> str:
    """JSON without blanks, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

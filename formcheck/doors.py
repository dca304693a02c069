"""Doors: what comes from outside is held to a pydantic model, and what is wrong with it is said in our own words.

A model says which fields there are, of what type and within which bounds; numbers that have a home elsewhere are taken
from there. What is said of a wrong value is made from the JSON Schema of the model, never from pydantic's text, and
what was given is not repeated, but for a few signs of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Annotated, Any, Final, Generic, Literal, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

Path = tuple[str | int, ...]
"""Fields from the outermost to the one that is meant; an index for each step into a list."""

LONGEST_SHOWN: Final = 40
"""Characters of what was given, such as the name of a field that nobody knows."""

T = TypeVar("T")


class Strict(BaseModel):
    """A model that converts nothing, takes no other fields, and neither NaN nor infinity."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        defer_build=True,
    )


class Published(Strict):
    """The same for what is published as JSON Schema, with what is written under each field."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Kept(Strict):
    """The same for what an earlier version may have written: fields that are not known are passed over."""

    model_config = ConfigDict(extra="ignore")


Listed = Field(strict=False)
"""For a `StrEnum` or a tuple, which JSON has as text or a list; what is inside stays strict."""


def is_so(clause: str, *known: str) -> PydanticCustomError:
    """Return the error of a validator of a field: a clause that goes on after its name, such as `is empty`."""
    return PydanticCustomError("is_so", "{says}", {"says": clause, "known": known})


def must_be(what: str, *known: str) -> PydanticCustomError:
    """Return the error of a validator of a field: what it must be, such as `one of left, right`, which are known."""
    return is_so(f"must be {what}", *known)


def said(clause: str) -> PydanticCustomError:
    """Return the error of a validator whose clause says by itself what is wrong."""
    return PydanticCustomError("said", "{says}", {"says": clause})


def at_once(problems: Iterable[tuple[Path, str]]) -> None:
    """Raise what a validator of a whole model found, each with the field that it is about; nothing where there is none.

    Raises
    ------
    ValidationError
        If there is any.
    """
    found = [InitErrorDetails(type=said(clause), loc=path, input=None) for path, clause in problems]
    if found:
        raise ValidationError.from_exception_data("several", found)


def word_of(words: Callable[[], Iterable[str]]) -> AfterValidator:
    """Return what holds text to words that are known when it is read."""

    def known(word: str) -> str:
        if word not in (allowed := tuple(words())):
            raise must_be(f"one of {', '.join(allowed)}", *allowed)
        return word

    return AfterValidator(known)


def _storable(text: str) -> str:
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise must_be("text that can be stored")
    return text


Text = Annotated[str, AfterValidator(_storable)]
"""Text that every database takes: no NUL, and no half of a surrogate pair, which JSON can hold."""


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with what was given."""

    path: Path
    says: str
    """A clause without a full stop; goes on after the name of the field but for the kinds `said` and `unknown`."""
    kind: str
    """`missing`, `unknown`, `value`, `said`, or `syntax` for what is no JSON."""
    given: object = None
    known: tuple[str, ...] = ()
    """The words of which the value must be one, or the fields that there are."""

    @property
    def clause(self) -> str:
        """What is wrong, naming the field."""
        if self.kind in {"said", "unknown", "syntax"} or not self.path:
            return self.says if self.path or self.kind != "value" else f"it {self.says}"
        return f"`{'.'.join(str(part) for part in self.path)[:LONGEST_SHOWN]}` {self.says}"


_SYNTAX: Final = Wrong((), "it is not valid JSON", "syntax")


class Door(Generic[T]):
    """Reads values of one type from what comes from outside. Built when it is first used.

    Parameters
    ----------
    of
        A model, or what pydantic can make an adapter of.
    refused
        Makes our error of what is wrong, at least one thing, in the order of the fields.
    by
        Of a union of models: the field whose text says which of them is meant.
    """

    def __init__(self, of: Any, refused: Callable[[tuple[Wrong, ...]], Exception], by: str = "") -> None:
        self._of: Any = Annotated[of, Field(discriminator=by)] if by else of
        self._refused = refused
        self._by = by

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        """The pydantic adapter."""
        return TypeAdapter(self._of)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of what is taken."""
        return schema_of(self.adapter)

    def read(self, given: object, context: object = None) -> T:
        """Read a JSON value, with what its validators ask for; raises what `refused` makes."""
        if isinstance(given, Mapping) and self._by in given and not isinstance(given[self._by], str):
            raise self._refused((Wrong((self._by,), "is of no known kind", "value"),))  # pydantic would write it out
        try:
            return self.adapter.validate_python(given, context=context)
        except ValidationError as error:
            self._refuse(error)

    def read_json(self, text: str | bytes) -> T:
        """Read JSON text; raises what `refused` makes."""
        try:
            return self.adapter.validate_json(text)
        except ValidationError as error:
            if any(isinstance(each["input"], float) and not isfinite(each["input"]) for each in error.errors()):
                raise self._refused((_SYNTAX,)) from None  # pydantic takes NaN for JSON, which it is not
            self._refuse(error)

    def _refuse(self, error: ValidationError) -> NoReturn:
        raise self._refused(tuple(_wrong(self.schema, error))) from None


class _Schema(GenerateJsonSchema):
    """JSON Schema in which a field has a title only where it was given one: what its value must be, in words."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False: names of fields say what they are."""
        del schema
        return False


def schema_of(adapter: TypeAdapter[Any], mode: Literal["validation", "serialization"] = "validation") -> dict[str, Any]:
    """Return the JSON Schema of what is read, or of what is written: then every field is there."""
    schema = adapter.json_schema(schema_generator=_Schema, mode=mode)
    for each in (schema, *schema.get("$defs", {}).values()):
        each.pop("title", None)
        if "properties" in each:
            needed = each.get("required", ())
            each["required"] = [  # what is constant tells the kind of a message
                name
                for name, field in each["properties"].items()
                if name in needed or "const" in field or mode == "serialization"
            ]
    return schema


def _wrong(schema: Mapping[str, Any], error: ValidationError) -> Iterator[Wrong]:
    for each in error.errors(include_url=False):
        kind, context = each["type"], each.get("ctx", {})
        if kind == "json_invalid":
            yield _SYNTAX
            continue
        path, found = _followed(schema, each["loc"])
        if kind == "missing":
            yield Wrong(path, "is missing", "missing")
        elif kind in {"extra_forbidden", "invalid_key"}:
            _, around = _followed(schema, each["loc"][:-1])
            clause = f"there is no field `{str(path[-1])[:LONGEST_SHOWN]}`"
            yield Wrong(path, clause, "unknown", known=tuple(around.get("properties", ())))
        elif kind.startswith("union_tag"):
            tag = found["discriminator"]["propertyName"]
            given = each["input"].get(tag) if isinstance(each["input"], Mapping) else None
            known = tuple(found["discriminator"]["mapping"])
            yield Wrong((*path, tag), "is of no known kind" if given else "is missing", "value", given, known)
        elif kind in {"said", "is_so"}:
            known = tuple(context.get("known", ()))
            yield Wrong(path, context["says"], "said" if kind == "said" else "value", each["input"], known)
        else:
            yield Wrong(path, f"must be {_described(found)}", "value", each["input"], _words(found))


def _followed(schema: Mapping[str, Any], loc: Path) -> tuple[Path, Mapping[str, Any]]:
    """Return the way to a field without the tags of unions, and the schema of the field; empty where there is none."""
    path: list[str | int] = []
    node = _main(schema, schema)
    for part in loc:
        if "discriminator" in node and part in node["discriminator"]["mapping"]:
            node = _main(schema, {"$ref": node["discriminator"]["mapping"][part]})
            continue
        if "anyOf" in node or part == "[key]":  # which of several types was tried; the key itself
            continue
        path.append(part)
        if isinstance(part, int):
            before = node.get("prefixItems", ())
            found = before[part] if part < len(before) else node.get("items", {})
        else:
            found = node.get("properties", {}).get(part, node.get("additionalProperties", {}))
        node = _main(schema, found if isinstance(found, Mapping) else {})
    return tuple(path), node


def _main(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema refers to, or the one that is not null of two."""
    while True:
        others = [each for each in node.get("anyOf", ()) if each.get("type") != "null"]
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]] | {k: node[k] for k in ("title",) if k in node}
        elif len(others) == 1:
            node = others[0]
        else:
            return node


def _words(node: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(each for each in node.get("enum", [node.get("const")]) if isinstance(each, str))


def _described(node: Mapping[str, Any]) -> str:
    """Say in words what a schema allows."""
    kind = node.get("type")
    if "title" in node:
        return str(node["title"])
    if "const" in node:
        return str(node["const"])
    if "enum" in node:
        return f"one of {', '.join(str(each) for each in node['enum'])}"
    if kind in {"integer", "number"}:
        return ("a whole number" if kind == "integer" else "a number") + _bounds(node)
    if kind == "string" and "maxLength" in node:
        return f"text of {'at least one and ' if node.get('minLength') else ''}at most {node['maxLength']} characters"
    if "prefixItems" in node:
        return f"a list of {len(node['prefixItems'])}"
    plain = {"boolean": "true or false", "string": "text", "array": "a list", "object": "a JSON object", "null": "null"}
    return plain.get(str(kind), "a JSON object")


def _bounds(node: Mapping[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f" from {low:.15g} to {high:.15g}"
    if low is not None:
        return f" of at least {low:.15g}"
    return "" if high is None else f" of at most {high:.15g}"

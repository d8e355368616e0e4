"""One definition of a call for both clients: its steps, carried out at once or awaited, as the client is."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from strikebook.client.carriers import AsyncCarrier, Carrier
from strikebook.client.steps import Steps

P = ParamSpec("P")
T = TypeVar("T")
OwnerT = TypeVar("OwnerT")


class AtOnce:
    """What belongs to a Client: its calls come back with their answers."""

    _carrier: Carrier


class Awaited:
    """What belongs to an AsyncClient: its calls are awaited."""

    _carrier: AsyncCarrier


class Endpoint(Generic[P, T]):
    """A call that comes to one value: a method of AtOnce gives it, one of Awaited gives what is awaited for it."""

    def __init__(self, make: Callable[..., Steps[T]]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, part: None, owner: type[object]) -> Self: ...
    @overload
    def __get__(self, part: AtOnce, owner: type[object]) -> Callable[P, T]: ...
    @overload
    def __get__(self, part: Awaited, owner: type[object]) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, part: Any, owner: type[object]) -> Any:  # the overloads say what
        """The call as a method."""
        if part is None:
            return self

        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401 — the overloads say what
            return part._carrier.perform(self._make(part, *given, **named))  # noqa: SLF001 — ours

        return _described(call, self._make)


class Feed(Generic[P, T]):
    """A call that tells values as they come: iterated over, with ``async for`` where the client is awaited."""

    def __init__(self, make: Callable[..., Steps[None]]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, part: None, owner: type[object]) -> Self: ...
    @overload
    def __get__(self, part: AtOnce, owner: type[object]) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, part: Awaited, owner: type[object]) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, part: Any, owner: type[object]) -> Any:  # the overloads say what
        """The call as a method."""
        if part is None:
            return self

        def call(*given: Any, **named: Any) -> Any:  # noqa: ANN401 — the overloads say what
            return part._carrier.tell(self._make(part, *given, **named))  # noqa: SLF001 — ours

        return _described(call, self._make)


def endpoint(make: Callable[Concatenate[OwnerT, P], Steps[T]]) -> Endpoint[P, T]:
    """Make a method that returns steps a call."""
    return Endpoint(make)


def feed(_kind: type[T]) -> Callable[[Callable[Concatenate[OwnerT, P], Steps[None]]], Feed[P, T]]:
    """Make a method whose steps tell values of that kind a call."""
    return Feed


def _described(call: Callable[..., Any], make: Callable[..., Any]) -> Callable[..., Any]:
    """Give a bound call the name, the signature and the docstring of what makes its steps."""
    call.__name__, call.__qualname__, call.__doc__ = make.__name__, make.__qualname__, make.__doc__
    signature = inspect.signature(make)
    parameters = list(signature.parameters.values())[1:]
    own = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    call.__signature__ = own  # type: ignore[attr-defined]  # what inspect and help() look for first
    return call

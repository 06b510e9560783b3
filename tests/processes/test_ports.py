"""Local ports: the wanted one, or a free one if that is taken."""

from __future__ import annotations

from portal.processes import ports


def test_the_wanted_port_is_taken_when_it_is_free() -> None:
    wanted = ports.free(0)
    with ports.listen(wanted) as listener:
        assert listener.getsockname() == (ports.LOCAL, wanted)


def test_a_taken_port_is_replaced() -> None:
    with ports.listen(0) as first, ports.listen(ports.port_of(first)) as second:
        assert ports.port_of(second) != ports.port_of(first)


def test_a_free_port_is_named_when_the_wanted_one_is_taken() -> None:
    with ports.listen(0) as taken:
        assert ports.free(ports.port_of(taken)) != ports.port_of(taken)

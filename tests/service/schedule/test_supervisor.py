from __future__ import annotations

from service.schedule.supervisor import WAITS, WELL_AFTER, Supervisor


class Frail:
    """A part that dies when told, and may refuse to start."""

    def __init__(self) -> None:
        self.starts = 0
        self.stopped = False
        self.dead_of: str | None = None
        self.refuses = False

    def start(self) -> None:
        if self.refuses:
            raise OSError("端口被占用")
        self.starts += 1
        self.dead_of = None

    def failure(self) -> str | None:
        return self.dead_of

    def stop(self, patience: float) -> None:
        self.stopped = True


def test_what_dies_is_started_again_ever_more_slowly_and_each_death_is_told() -> None:
    part, healthy, told = Frail(), Frail(), list[tuple[str, str]]()
    supervisor = Supervisor({"工作台": part, "通知发送": healthy}, lambda name, said: told.append((name, said)))
    supervisor.start(0.0)
    clock = 0.0
    for count, wait in enumerate([*WAITS, WAITS[-1]], 1):
        part.dead_of = "内存不足"
        supervisor.look(clock)
        supervisor.look(clock + wait - 0.01)
        assert part.starts == count, "it was started before its wait was over"
        clock += wait
        supervisor.look(clock)
        assert part.starts == count + 1
    assert len(told) == len(WAITS) + 1
    assert told[0] == ("工作台", "中断（内存不足），1 秒后自动重启")
    assert healthy.starts == 1


def test_a_part_that_lived_well_begins_anew_with_the_shortest_wait() -> None:
    part, told = Frail(), list[str]()
    supervisor = Supervisor({"工作台": part}, lambda _, said: told.append(said))
    supervisor.start(0.0)
    for moment in (0.0, 1.0, 2.0, 4.0):
        part.dead_of = "故障"
        supervisor.look(moment)
        supervisor.look(moment + WAITS[-1])
    part.dead_of = "故障"
    supervisor.look(1000.0 + WELL_AFTER)
    assert "1 秒后" in told[-1]


def test_a_part_that_cannot_start_is_tried_again() -> None:
    part, told = Frail(), list[str]()
    supervisor = Supervisor({"工作台": part}, lambda _, said: told.append(said))
    supervisor.start(0.0)
    part.dead_of, part.refuses = "故障", True
    supervisor.look(0.0)
    supervisor.look(1.0)
    assert told[-1] == "中断（不能启动：端口被占用），2 秒后自动重启"
    part.refuses = False
    supervisor.look(3.0)
    assert part.starts == 2 and part.failure() is None


def test_all_parts_are_stopped() -> None:
    parts = {"a": Frail(), "b": Frail()}
    Supervisor(parts, lambda *_: None).stop(1.0)
    assert all(part.stopped for part in parts.values())

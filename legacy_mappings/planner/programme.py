"""Integer programmes of zeros and ones, solved to proven optima one aim after the other; one thread, no chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import NamedTuple

import highspy

_SLACK = 1e-6
_BLOCK = 16


class NoOptimum(Exception):
    """The solver ended without an optimum that holds when it is counted in whole numbers."""


class Solved(NamedTuple):
    """The value reached, the bound proved, and the variables that are one, in order."""

    value: int
    bound: int
    chosen: tuple[int, ...]


class Row(NamedTuple):
    """The sum of ``terms`` (variable to whole number) lies from ``least`` to ``most``; None is open."""

    terms: tuple[tuple[int, int], ...]
    least: int | None
    most: int | None


class Programme:
    """A programme of ``size`` variables, each zero or one, under rows; minimised for one aim after the other."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rows: list[Row] = []

    def need(self, terms: Mapping[int, int], *, least: int | None = None, most: int | None = None) -> None:
        """Add a row."""
        self._rows.append(Row(tuple(sorted(terms.items())), least, most))

    def minimise(self, costs: Mapping[int, int]) -> Solved:
        """The least sum of ``costs``. Raises NoOptimum, also where no solution is."""
        solver = _solver()
        solver.passModel(self._model(costs))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NoOptimum(f"the solver ended with {solver.getModelStatus()}")
        values = solver.getSolution().col_value
        chosen = tuple(variable for variable in range(self._size) if values[variable] > 1 / 2)
        value = sum(costs.get(variable, 0) for variable in chosen)
        self._check(chosen)
        bound = ceil(solver.getInfo().mip_dual_bound - _SLACK) if costs else 0
        return Solved(value, min(bound, value), chosen)

    def fix(self, costs: Mapping[int, int]) -> Solved:
        """Minimise, and keep that value in everything asked after."""
        solved = self.minimise(costs)
        if costs:
            self.need(costs, most=solved.value)
        return solved

    def first(self, order: Sequence[int], enough: int) -> tuple[int, ...]:
        """Of all solutions the one that has the earliest variables of ``order``, until ``enough`` of them are one.

        This makes the answer unique, whatever way the solver took.
        """
        taken: list[int] = []
        for start in range(0, len(order), _BLOCK):
            if len(taken) >= enough:
                break
            block = order[start : start + _BLOCK]
            weights = {variable: -(1 << (len(block) - place)) for place, variable in enumerate(block)}
            solved = set(self.minimise(weights).chosen)
            for variable in block:
                self.need({variable: 1}, least=int(variable in solved), most=int(variable in solved))
            taken += [variable for variable in block if variable in solved]
        return tuple(taken)

    def _check(self, chosen: Iterable[int]) -> None:
        """Count every row again in whole numbers: what the solver calls feasible is so within a tolerance only."""
        ones = set(chosen)
        for row in self._rows:
            total = sum(factor for variable, factor in row.terms if variable in ones)
            if (row.least is not None and total < row.least) or (row.most is not None and total > row.most):
                raise NoOptimum("a solution does not hold when it is counted in whole numbers")

    def _model(self, costs: Mapping[int, int]) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self._size, len(self._rows)
        model.col_cost_ = [float(costs.get(variable, 0)) for variable in range(self._size)]
        model.col_lower_, model.col_upper_ = [0.0] * self._size, [1.0] * self._size
        model.integrality_ = [highspy.HighsVarType.kInteger] * self._size
        model.row_lower_ = [-highspy.kHighsInf if row.least is None else float(row.least) for row in self._rows]
        model.row_upper_ = [highspy.kHighsInf if row.most is None else float(row.most) for row in self._rows]
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        starts = [0]
        for row in self._rows:
            starts.append(starts[-1] + len(row.terms))
        matrix.start_ = starts
        matrix.index_ = [variable for row in self._rows for variable, _ in row.terms]
        matrix.value_ = [float(factor) for row in self._rows for _, factor in row.terms]
        return model


def _solver() -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    settings: dict[str, bool | int | float | str] = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        # It takes ten times as long as all the rest on programmes of this size.
        "mip_heuristic_run_feasibility_jump": False,
    }
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    return solver

"""The reports of a plan: what becomes what, what it opens too much, what is left behind and who must act."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from core import Party, Right, Snapshot, SystemUserKind
from legacy_mappings.planner.records import NotCarried, Plan, PlannedUser
from legacy_mappings.reports.naming import Names, ground_text, right_text, rights_text
from legacy_mappings.reports.records import Bar, Bars, Cell, Flow, Report, Sheet


def plan_report(plan: Plan, snapshot: Snapshot) -> Report:
    """The plan for people who must judge it. ``snapshot`` is what it was made from.

    Source of what it must show: users-and-migration §4.2, steps 2 to 4.
    """
    names = Names(snapshot)
    return Report(
        name="plan",
        title="Migration plan",
        lead=_lead(plan),
        figures=_figures(plan),
        pictures=(_flow(plan, snapshot), _over_grant(plan), _waves(plan)),
        sheets=(
            _users(plan, names),
            _mapping(plan, names),
            _not_carried(plan, names),
            _gifts(plan, names),
            _approvers(plan, names),
            _role_rows(plan, names),
            _stopping(plan, names),
            _stages(plan),
        ),
    )


def _lead(plan: Plan) -> str:
    gained = plan.over_grant.gained
    opened = "It opens nothing that the old world did not permit." if not gained else (
        f"It opens {gained:,} pairs of reportee and right that the old world did not permit: these must be signed for."
    )  # fmt: skip
    left = sum(len(row.rights) * len(row.reportees) for row in plan.not_carried)
    return (
        f"{len(plan.users)} system users take over. {opened} {left:,} pairs are not carried over, each with its cause."
    )


def _figures(plan: Plan) -> tuple[tuple[str, Cell], ...]:
    clients = {client for user in plan.users for client in user.clients}
    grant = plan.over_grant
    return (
        ("system users", len(plan.users)),
        ("of them for clients", sum(user.kind is SystemUserKind.AGENT for user in plan.users)),
        ("clients", len(clients)),
        ("gifts that clients must make", len(plan.gifts)),
        ("wanted", grant.wanted),
        ("opened", grant.opened),
        ("opened and not used", grant.unused),
        ("gained", grant.gained),
        ("waves", max((user.wave for user in plan.users), default=0)),
        ("optimality gap", sum(stage.gap for stage in plan.stages)),
    )


# -- pictures -------------------------------------------------------------------------------------


def _flow(plan: Plan, snapshot: Snapshot) -> Flow:
    """From old roles through services to packages, by pairs of enterprise system and reportee."""
    roles = _roles_in_use(plan, snapshot)
    streams: Counter[tuple[int, str, str]] = Counter()
    for line in plan.mapping:
        opened = _roles_of_line(snapshot, roles, line.old)
        for role, share in _shared_out(opened, line.pairs):
            streams[0, role, str(line.old.service)] += share
        streams[1, str(line.old.service), line.package or "single right"] += line.pairs
    columns = ("old roles and grounds", "services", "packages and rights")
    ordered = tuple((place, start, end, size) for (place, start, end), size in sorted(streams.items()) if size)
    return Flow("Before and after: what opened each service, and what opens it now", "pairs", columns, ordered)


def _roles_in_use(plan: Plan, snapshot: Snapshot) -> Counter[str]:
    """How many clients each role is held for, of those the plan has a system user for."""
    found: Counter[str] = Counter()
    for user in plan.users:
        if not user.clients:
            found["own organisation"] += 1
        for client in user.clients:
            for held in snapshot.holdings(client, user.owner):
                if held.ground == user.ground:
                    found.update(held.roles)
    return found


def _roles_of_line(snapshot: Snapshot, roles: Counter[str], old: Right) -> Counter[str]:
    policy = snapshot.catalogue.policies.get(old)
    accepted = policy.roles if policy is not None else frozenset[str]()
    found = Counter({role: roles[role] for role in accepted if roles[role]})
    if roles["own organisation"]:
        found["own organisation"] = roles["own organisation"]
    return found


def _shared_out(weights: Counter[str], pairs: int) -> Iterator[tuple[str, int]]:
    """``pairs`` divided by the weights, in whole numbers that add up."""
    total, left = sum(weights.values()), pairs
    ordered = sorted(weights.items())
    for place, (name, weight) in enumerate(ordered):
        share = left if place == len(ordered) - 1 else pairs * weight // total
        left -= share
        yield name, share


def _over_grant(plan: Plan) -> Bars:
    grant = plan.over_grant
    bars = (
        ("main administrator to all", grant.administrator),
        ("one package list per role", grant.role_list),
        ("this plan", grant.unused),
    )
    wanted = ("used or declared", grant.wanted)
    drawn = tuple(Bar(label, (wanted, ("opened and not used", unused))) for label, unused in bars)
    return Bars("Over-grant: what would be opened, as pairs of reportee and right", "pairs", drawn)


def _waves(plan: Plan) -> Bars:
    clients: Counter[tuple[int, str]] = Counter()
    for user in plan.users:
        clients[user.wave, user.ground] += max(1, len(user.clients))
    waves = sorted({wave for wave, _ in clients})
    bars = tuple(
        Bar(f"wave {wave}", tuple((ground_text(g), size) for (w, g), size in sorted(clients.items()) if w == wave))
        for wave in waves
    )
    return Bars("Waves: clients and own organisations moved in each", "parties", bars)


# -- tables ---------------------------------------------------------------------------------------


def _users(plan: Plan, names: Names) -> Sheet:
    return Sheet(
        "system-users",
        "System users to be",
        ("wave", "enterprise system", "owner", "ground", "kind", "reference", "packages", "single rights", "clients"),
        tuple(_user(user, names) for user in plan.users),
        "One for each ground: what flows from a register role dies with it, and not what the client gave.",
    )


def _user(user: PlannedUser, names: Names) -> tuple[Cell, ...]:
    return (
        user.wave,
        names.system(user.enterprise_system),
        names.party(user.owner),
        ground_text(user.ground),
        str(user.kind),
        user.reference,
        ", ".join(user.packages),
        rights_text(user.rights),
        len(user.clients),
    )


def _mapping(plan: Plan, names: Names) -> Sheet:
    return Sheet(
        "mapping",
        "Mapping sheet",
        ("old right", "what it is", "new right", "opened by", "confidence", "source", "dated", "pairs", "meaning"),
        tuple(
            (
                right_text(line.old),
                names.title(line.old.service),
                right_text(line.new),
                line.package or "single right",
                str(line.confidence),
                line.source,
                line.dated,
                line.pairs,
                "changed" if line.changed else "same",
            )
            for line in plan.mapping
        ),
    )


def _not_carried(plan: Plan, names: Names) -> Sheet:
    return Sheet(
        "not-carried",
        "Not carried over",
        ("cause", "enterprise system", "ground", "rights", "reportees", "for", "who can do what", "suggestions"),
        tuple(_left(row, names) for row in sorted(plan.not_carried, key=_importance)),
        "Every old right that has no new place, with its cause. What nobody used comes last.",
    )


def _importance(row: NotCarried) -> tuple[bool, str, int, str]:
    return row.cause == "not-used", str(row.cause), row.enterprise_system, row.ground


def _left(row: NotCarried, names: Names) -> tuple[Cell, ...]:
    return (
        str(row.cause),
        names.system(row.enterprise_system),
        ground_text(row.ground),
        rights_text(row.rights),
        len(row.reportees),
        names.some(row.reportees),
        row.help,
        ", ".join(row.suggestions),
    )


def _gifts(plan: Plan, names: Names) -> Sheet:
    rows = tuple(
        (
            names.party(gift.giver),
            names.party(gift.receiver),
            gift.package or f"{gift.service} {', '.join(gift.actions)}",
        )
        for gift in plan.gifts
    )
    note = "What each client must give by its own hand before it can be put on the system user."
    return Sheet("gifts", "Letters to clients", ("client", "gives to", "what"), rows, note)


def _approvers(plan: Plan, names: Names) -> Sheet:
    rows = tuple((names.party(row.party), row.what, row.persons) for row in plan.approvers)
    note = "Where nobody can approve, the party must first register or appoint somebody."
    return Sheet("approvers", "Who must say yes", ("party", "to what", "persons who can"), rows, note)


def _role_rows(plan: Plan, names: Names) -> Sheet:
    rows = tuple(
        (
            row.role,
            names.party(row.giver),
            names.party(row.receiver),
            ", ".join(row.packages) or "none",
            str(row.confidence or "none"),
            str(row.cause or "carried"),
        )
        for row in plan.role_rows
    )
    columns = ("role", "given by", "to", "packages", "confidence", "what becomes of it")
    return Sheet("roles", "Roles that open no known service", columns, rows)


def _stopping(plan: Plan, names: Names) -> Sheet:
    until = plan.options.until
    title = "What stops when the old roles end" if until is None else f"What stops on {until.date().isoformat()}"
    rows = tuple(
        (
            names.system(row.enterprise_system),
            ground_text(row.ground),
            rights_text(row.rights),
            len(row.reportees),
            names.some(row.reportees),
            row.keeps,
        )
        for row in plan.stopping
    )
    columns = ("enterprise system", "ground", "rights", "reportees", "for", "what would keep it")
    return Sheet("stopping", title, columns, rows)


def _stages(plan: Plan) -> Sheet:
    rows = tuple((stage.aim, stage.value, stage.bound, stage.gap) for stage in plan.stages)
    note = "The aims in their order. A gap of 0 is proved best."
    return Sheet("optimality", "How good it is", ("aim", "reached", "bound proved", "gap"), rows, note)


# -- letters --------------------------------------------------------------------------------------


def clients_to_write_to(plan: Plan, snapshot: Snapshot) -> tuple[tuple[Party, Party, tuple[str, ...]], ...]:
    """For each client and firm: what the client must give. In order of number."""
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for gift in plan.gifts:
        wanted[gift.giver, gift.receiver].append(gift.package or f"{gift.service} {', '.join(gift.actions)}")
    found = []
    for (giver, receiver), what in wanted.items():
        client, firm = snapshot.party(giver), snapshot.party(receiver)
        if client is not None and firm is not None:
            found.append((client, firm, tuple(sorted(what))))
    return tuple(sorted(found, key=lambda row: (row[0].number, row[1].number)))

"""`brobygger person`, `brobygger enterprise-user` and `brobygger codes`: log-ons of people, and their codes."""

from __future__ import annotations

import os
from typing import Any

import click

from brobygger.code_channel import connect_code_channel
from brobygger.commands.output import (
    json_option,
    opened_store,
    party_by_number,
    print_json,
    print_table,
    settings_for_commands,
    teaches,
)
from core import (
    OPERATOR,
    EnterpriseUser,
    PersonLogin,
    Snapshot,
    lock_enterprise_user,
    lock_person_login,
    register_enterprise_user,
    register_person_login,
    send_code_letter,
    stand_in_messages,
)


@click.group()
def person() -> None:
    """People's own log-ons of the old world: password, user name, one-time codes."""


@person.command()
@click.option("--number", required=True, help="National identity number of the person.")
@click.option("--user-name", help="The user name (brukernavn), if any.")
@click.option("--phone", help="Where codes are sent as SMS, such as +4799999901.")
@click.option("--allow-systems", is_flag=True, help="The person lets systems log on with the user name.")
@click.password_option(help="At least 7 characters, with a letter and a digit. Asked for when left out.")
@json_option
@teaches
def add(
    number: str, user_name: str | None, phone: str | None, allow_systems: bool, password: str, as_json: bool
) -> None:
    """Give a person a log-on, in place of an earlier one."""
    with opened_store() as store:
        party = party_by_number(store.snapshot(), number)
        login = register_person_login(
            store, OPERATOR, party.id, password, user_name=user_name, phone=phone, allows_systems=allow_systems
        )
        row = _login_row(store.snapshot(), login)
    if as_json:
        print_json(row)
    else:
        click.echo(f"{row['person']} {row['name']} can log on")


@person.command("list")
@json_option
@teaches
def list_(as_json: bool) -> None:
    """Everybody who has a log-on."""
    with opened_store() as store:
        snapshot = store.snapshot()
    rows = sorted(
        (_login_row(snapshot, login) for login in snapshot.person_logins.values()), key=lambda row: row["name"]
    )
    if as_json:
        print_json(rows)
    else:
        columns = ("person", "name", "user_name", "phone", "allows_systems", "state")
        print_table("People who can log on", columns, ([str(row[name]) for name in columns] for row in rows))


@person.command()
@click.option("--number", required=True, help="National identity number of the person.")
@click.option("--unlock", is_flag=True, help="Unlock it instead, also after wrong tries.")
@json_option
@teaches
def lock(number: str, unlock: bool, as_json: bool) -> None:
    """Lock a person's log-on: from now on nobody gets in with it."""
    with opened_store() as store:
        party = party_by_number(store.snapshot(), number)
        login = lock_person_login(store, OPERATOR, party.id, locked=not unlock)
        row = _login_row(store.snapshot(), login)
    if as_json:
        print_json(row)
    else:
        click.echo(f"the log-on of {row['person']} is {row['state']}")


@person.command()
@click.option("--number", required=True, help="National identity number of the person.")
@json_option
@teaches
def letter(number: str, as_json: bool) -> None:
    """Send a person a new letter with numbered codes; the codes of the one before die."""
    with opened_store() as store:
        # Commands may run without a word about the demo; the stand-in for letters may not.
        connect_code_channel(store, settings_for_commands(), demo=_demo_is_said_aloud())
        party = party_by_number(store.snapshot(), number)
        dated = send_code_letter(store, OPERATOR, party.id)
    if as_json:
        print_json({"person": party.masked_number, "dated": dated.isoformat()})
    else:
        click.echo(f"a letter to {party.masked_number} is on its way")


def _demo_is_said_aloud() -> bool:
    return "BROBYGGER_DEMO" in os.environ and settings_for_commands().demo


@click.command()
@json_option
@teaches
def codes(as_json: bool) -> None:
    """The messages that the demo's stand-in for SMS and letters was given, newest first."""
    with opened_store() as store:
        messages = stand_in_messages(store)
    rows = [
        {"at": each.at.isoformat(timespec="seconds"), "channel": each.channel, "to": each.receiver, "text": each.text}
        for each in messages
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("at", "channel", "to", "text")
        print_table("Sent by nobody: the demo's box", columns, ([row[name] for name in columns] for row in rows))


@click.group("enterprise-user")
def enterprise_user() -> None:
    """Users bound to an organisation's certificate (virksomhetsbruker)."""


@enterprise_user.command("add")
@click.option("--owner", required=True, help="Organisation number of the owner, as in its certificate.")
@click.option("--name", required=True, help="The user name.")
@click.password_option(help="At least 7 characters, with a letter and a digit. Asked for when left out.")
@json_option
@teaches
def add_user(owner: str, name: str, password: str, as_json: bool) -> None:
    """Register an enterprise user on its organisation."""
    with opened_store() as store:
        party = party_by_number(store.snapshot(), owner)
        user = register_enterprise_user(store, OPERATOR, party.id, name, password)
        row = _user_row(store.snapshot(), user)
    if as_json:
        print_json(row)
    else:
        click.echo(f"enterprise user {row['name']} ({row['id']}) is registered on {row['owner']}")


@enterprise_user.command("list")
@json_option
@teaches
def list_users(as_json: bool) -> None:
    """Every enterprise user with its owner and state."""
    with opened_store() as store:
        snapshot = store.snapshot()
    rows = [_user_row(snapshot, each) for each in sorted(snapshot.enterprise_users.values(), key=lambda each: each.id)]
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "name", "owner", "state")
        print_table("Enterprise users", columns, ([str(row[name]) for name in columns] for row in rows))


@enterprise_user.command("lock")
@click.argument("user")
@click.option("--unlock", is_flag=True, help="Unlock it instead, also after wrong tries.")
@json_option
@teaches
def lock_user(user: str, unlock: bool, as_json: bool) -> None:
    """Lock the enterprise user with the id USER: from now on it cannot log on, and nothing is permitted to it."""
    with opened_store() as store:
        locked = lock_enterprise_user(store, OPERATOR, user, locked=not unlock)
        row = _user_row(store.snapshot(), locked)
    if as_json:
        print_json(row)
    else:
        click.echo(f"enterprise user {row['name']} is {row['state']}")


def _login_row(snapshot: Snapshot, login: PersonLogin) -> dict[str, Any]:
    party = snapshot.party(login.party)
    return {
        "person": party.masked_number if party else login.party,
        "name": party.name if party else "",
        "user_name": login.user_name or "",
        "phone": login.masked_phone,
        "allows_systems": login.allows_systems,
        "state": str(login.state),
    }


def _user_row(snapshot: Snapshot, user: EnterpriseUser) -> dict[str, Any]:
    owner = snapshot.party(user.owner)
    return {
        "id": user.id,
        "name": user.name,
        "owner": owner.masked_number if owner else user.owner,
        "state": str(user.state),
    }

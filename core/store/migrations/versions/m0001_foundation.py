"""The foundation: facts, changes and the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_list_entry",
        sa.Column("service", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("party", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("actions", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("service", "party", name=op.f("pk_access_list_entry")),
    )
    op.create_table(
        "access_package",
        sa.Column("code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("party_type", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("assignable", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("delegable", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_access_package")),
    )
    op.create_table(
        "authority_row",
        sa.Column("enterprise_system", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reportee", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("authority", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_system", "reportee", name=op.f("pk_authority_row")),
    )
    op.create_table(
        "carriage",
        sa.Column("role", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("package", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("form", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("has_access", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("can_delegate", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("role", "package", "form", name=op.f("pk_carriage")),
    )
    op.create_table(
        "change",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
    )
    op.create_table(
        "client_delegation",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("system_user", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("client", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ground", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("packages", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("resources", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rights", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("given_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_delegation")),
    )
    op.create_table(
        "conferral",
        sa.Column("role", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("conferred_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("role", "conferred_by", name=op.f("pk_conferral")),
    )
    op.create_table(
        "content_chunk",
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("content", "position", name=op.f("pk_content_chunk")),
    )
    op.create_table(
        "enterprise_system",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_system")),
    )
    op.create_table(
        "enterprise_user",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_user")),
    )
    op.create_table(
        "fact_sequence",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_sequence")),
    )
    op.create_table(
        "failed_attempt",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("latest", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_failed_attempt")),
    )
    op.create_table(
        "form_schema",
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_form_schema")),
    )
    op.create_table(
        "generation",
        sa.Column("system_user", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("packages", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rights", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("system_user", "number", name=op.f("pk_generation")),
    )
    op.create_table(
        "issuer_client",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client", name=op.f("pk_issuer_client")),
    )
    op.create_table(
        "nesting",
        sa.Column("form", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("roles", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_nesting")),
    )
    op.create_table(
        "package_delegation",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("giver", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("receiver", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("package", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("given_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_delegation")),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("altinn_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("form", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("main_unit", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("ended", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("altinn_id", name=op.f("uq_party_altinn_id")),
        sa.UniqueConstraint("number", name=op.f("uq_party_number")),
    )
    op.create_table(
        "policy_rule",
        sa.Column("service", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("accepts", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("service", "action", "accepts", "code", name=op.f("pk_policy_rule")),
    )
    op.create_table(
        "register_role",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("party", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_role")),
    )
    op.create_table(
        "right_delegation",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("giver", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("receiver", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("service", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("actions", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("given_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_right_delegation")),
    )
    op.create_table(
        "role",
        sa.Column("code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("key_role", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("delegable", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_role")),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("reportee", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("receiver", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("given_by", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_table(
        "rule_row",
        sa.Column("code", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("roles", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("enabled", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_rule_row")),
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )
    op.create_table(
        "service",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("minimum_level", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("minimum_level_org", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("resource_type", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("delegable", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("access_list", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("form_number", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service")),
    )
    op.create_table(
        "service_successor",
        sa.Column("service", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("resource_action", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("dated", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("service", "action", "resource", "resource_action", name=op.f("pk_service_successor")),
    )
    op.create_table(
        "shadow_difference",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enterprise_system", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("old_outcome", sa.Text(), nullable=False),
        sa.Column("old_reason", sa.Text(), nullable=False),
        sa.Column("new_outcome", sa.Text(), nullable=False),
        sa.Column("new_reason", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_difference")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("enterprise_system", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authorised_at", sa.BigInteger(), nullable=False),
        sa.Column("schema_version", sa.Text(), nullable=False),
        sa.Column("receipt_type", sa.Text(), nullable=False),
        sa.Column("receipt_url", sa.Text(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("enterprise_system", "batch_id", name=op.f("uq_submission_enterprise_system_batch_id")),
    )
    op.create_table(
        "system",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("internal_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("vendor", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("description", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rights", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("packages", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("client_ids", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("redirect_urls", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("visible", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("deleted", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system")),
    )
    op.create_table(
        "system_user",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("external_ref", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_user")),
        sa.UniqueConstraint("system", "owner", "external_ref", name=op.f("uq_system_user_system_owner_external_ref")),
    )
    op.create_table(
        "system_user_link",
        sa.Column("enterprise_system", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("system_user", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("ground", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("external_ref", sa.Text(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("enterprise_system", "system_user", name=op.f("pk_system_user_link")),
    )
    op.create_table(
        "system_user_request",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("system", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("external_ref", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("rights", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("packages", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("escalated", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("redirect_url", sa.Text(), autoincrement=False, nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_user_request")),
        sa.UniqueConstraint(
            "system", "owner", "external_ref", name=op.f("uq_system_user_request_system_owner_external_ref")
        ),
    )
    op.create_table(
        "used_assertion",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client", "jti", name=op.f("pk_used_assertion")),
    )
    op.create_table(
        "attachment",
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("parent_reference", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name=op.f("fk_attachment_submission")),
        sa.PrimaryKeyConstraint("submission", "position", name=op.f("pk_attachment")),
    )
    op.create_table(
        "data_unit",
        sa.Column("submission", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participant", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("parent_reference", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("workflow_reference", sa.Text(), nullable=True),
        sa.Column("archive_reference", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["submission"], ["submission.id"], name=op.f("fk_data_unit_submission")),
        sa.PrimaryKeyConstraint("submission", "position", name=op.f("pk_data_unit")),
    )
    op.create_index(
        "ix_data_unit_waiting",
        "data_unit",
        ["submission"],
        unique=False,
        sqlite_where=sa.text("workflow_reference IS NULL"),
        postgresql_where=sa.text("workflow_reference IS NULL"),
    )
    op.execute("INSERT INTO fact_sequence (id, value) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_index(
        "ix_data_unit_waiting",
        table_name="data_unit",
        sqlite_where=sa.text("workflow_reference IS NULL"),
        postgresql_where=sa.text("workflow_reference IS NULL"),
    )
    op.drop_table("data_unit")
    op.drop_table("attachment")
    op.drop_table("used_assertion")
    op.drop_table("system_user_request")
    op.drop_table("system_user_link")
    op.drop_table("system_user")
    op.drop_table("system")
    op.drop_table("submission")
    op.drop_table("shadow_difference")
    op.drop_table("service_successor")
    op.drop_table("service")
    op.drop_table("secret")
    op.drop_table("rule_row")
    op.drop_table("role_grant")
    op.drop_table("role")
    op.drop_table("right_delegation")
    op.drop_table("register_role")
    op.drop_table("policy_rule")
    op.drop_table("party")
    op.drop_table("package_delegation")
    op.drop_table("nesting")
    op.drop_table("issuer_client")
    op.drop_table("generation")
    op.drop_table("form_schema")
    op.drop_table("failed_attempt")
    op.drop_table("fact_sequence")
    op.drop_table("enterprise_user")
    op.drop_table("enterprise_system")
    op.drop_table("content_chunk")
    op.drop_table("conferral")
    op.drop_table("client_delegation")
    op.drop_table("change")
    op.drop_table("carriage")
    op.drop_table("authority_row")
    op.drop_table("access_package")
    op.drop_table("access_list_entry")

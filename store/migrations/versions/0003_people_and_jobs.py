"""Who may sign in and what they did, what the schedule ran, who may ask a host"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=60), nullable=False),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=300), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=True),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_town_at'), ['town', 'at'], unique=False)

    op.create_table('host_leases',
    sa.Column('host', sa.String(length=255), nullable=False),
    sa.Column('holder', sa.String(length=100), nullable=True),
    sa.Column('until', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('asked_at', store.tables.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('host', name=op.f('pk_host_leases'))
    )
    op.create_table('job_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('job', sa.String(length=20), nullable=False),
    sa.Column('part', sa.String(length=100), nullable=False),
    sa.Column('slot', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('caught_up', sa.Boolean(), nullable=False),
    sa.Column('worker', sa.String(length=100), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('started_at', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('beat_at', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('finished_at', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_runs')),
    sa.UniqueConstraint('town', 'job', 'part', 'slot', name=op.f('uq_job_runs_town_job_part_slot'))
    )
    with op.batch_alter_table('job_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_runs_status_beat_at'), ['status', 'beat_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_runs_town_slot'), ['town', 'slot'], unique=False)

    op.create_table('sign_ins',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('address', sa.String(length=60), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('ok', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins'))
    )
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_ins_address_at'), ['address', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_ins_username_at'), ['username', 'at'], unique=False)

    op.create_table('users',
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('towns', sa.JSON(), nullable=False),
    sa.Column('staff', sa.String(length=100), nullable=True),
    sa.Column('disabled', sa.Boolean(), nullable=False),
    sa.Column('created_at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('password_changed_at', store.tables.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('username', name=op.f('pk_users'))
    )
    op.create_table('api_tokens',
    sa.Column('id', sa.String(length=12), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('label', sa.String(length=100), nullable=False),
    sa.Column('created_at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('last_used_at', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('revoked_at', store.tables.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['username'], ['users.username'], name=op.f('fk_api_tokens_username'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_tokens_token_hash'))
    )
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_tokens_username'), ['username'], unique=False)

    op.create_table('sessions',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('username', sa.String(length=60), nullable=False),
    sa.Column('csrf', sa.String(length=64), nullable=False),
    sa.Column('created_at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('seen_at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', store.tables.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['username'], ['users.username'], name=op.f('fk_sessions_username'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sessions'))
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sessions_username'), ['username'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sessions_username'))
        batch_op.drop_index(batch_op.f('ix_sessions_expires_at'))

    op.drop_table('sessions')
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_tokens_username'))

    op.drop_table('api_tokens')
    op.drop_table('users')
    with op.batch_alter_table('sign_ins', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_ins_username_at'))
        batch_op.drop_index(batch_op.f('ix_sign_ins_address_at'))

    op.drop_table('sign_ins')
    with op.batch_alter_table('job_runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_job_runs_town_slot'))
        batch_op.drop_index(batch_op.f('ix_job_runs_status_beat_at'))

    op.drop_table('job_runs')
    op.drop_table('host_leases')
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_town_at'))
        batch_op.drop_index(batch_op.f('ix_audit_at'))

    op.drop_table('audit')

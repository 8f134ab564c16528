"""Disclosure on application, the yearly entries, and what a day past needs"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('applications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('applicant', sa.String(length=10), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('received', sa.Date(), nullable=False),
    sa.Column('owner', sa.String(length=100), nullable=True),
    sa.Column('registered_at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_applications')),
    sa.UniqueConstraint('town', 'number', name=op.f('uq_applications_town_number'))
    )
    op.create_index(op.f('ix_applications_town_closed_on'), 'applications', ['town', 'closed_on'])
    op.create_index(op.f('ix_applications_town_received'), 'applications', ['town', 'received'])
    op.create_table('application_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=False),
    sa.Column('action', sa.String(length=20), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_application_steps_application_id'),
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application_steps'))
    )
    op.create_index(op.f('ix_application_steps_application_id'), 'application_steps', ['application_id'])
    op.create_table('contests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('number', sa.String(length=60), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('accepted', sa.Date(), nullable=False),
    sa.Column('result', sa.String(length=10), nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('application_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['application_id'], ['applications.id'], name=op.f('fk_contests_application_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contests')),
    sa.UniqueConstraint('town', 'kind', 'number', name=op.f('uq_contests_town_kind_number'))
    )
    op.create_index(op.f('ix_contests_town_accepted'), 'contests', ['town', 'accepted'])
    op.create_table('yearly_entries',
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('town', 'year', 'key', name=op.f('pk_yearly_entries'))
    )
    op.create_table('absences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('removed_at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('returned_at', store.tables.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_absences_record_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absences'))
    )
    op.create_index(op.f('ix_absences_record_id'), 'absences', ['record_id'])
    op.add_column('finding_events', sa.Column('until', sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column('finding_events', 'until')
    for table in ('absences', 'yearly_entries', 'contests', 'application_steps', 'applications'):
        op.drop_table(table)

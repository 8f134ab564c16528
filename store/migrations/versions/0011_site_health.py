"""Visits to home pages, and the addresses that pages link to"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('visits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('site', sa.String(length=100), nullable=False),
    sa.Column('host', sa.String(length=300), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('round', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=10), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('newest', sa.Date(), nullable=True),
    sa.Column('secure', sa.Boolean(), nullable=False),
    sa.Column('certificate_until', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('certificate_fault', sa.Text(), nullable=False),
    sa.Column('flaws', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visits'))
    )
    op.create_index(op.f('ix_visits_town_at'), 'visits', ['town', 'at'])
    op.create_table('addresses',
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('url', sa.String(length=1000), nullable=False),
    sa.Column('site', sa.String(length=100), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('checked_at', store.tables.Instant(timezone=True), nullable=True),
    sa.Column('dead_days', sa.Integer(), nullable=False),
    sa.Column('dead_on', sa.Date(), nullable=True),
    sa.Column('flaws', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('town', 'url', name=op.f('pk_addresses'))
    )
    op.create_index(op.f('ix_addresses_town_site_checked_at'), 'addresses', ['town', 'site', 'checked_at'])
    op.create_table('page_links',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('url', sa.String(length=1000), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('attachment', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_page_links_record_id_records'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('record_id', 'number', name=op.f('pk_page_links'))
    )
    op.create_index(op.f('ix_page_links_town_url'), 'page_links', ['town', 'url'])


def downgrade() -> None:
    op.drop_index(op.f('ix_page_links_town_url'), table_name='page_links')
    op.drop_table('page_links')
    op.drop_index(op.f('ix_addresses_town_site_checked_at'), table_name='addresses')
    op.drop_table('addresses')
    op.drop_index(op.f('ix_visits_town_at'), table_name='visits')
    op.drop_table('visits')

"""What the scan found in each content of each record"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('scans',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('rules', sa.String(length=16), nullable=False),
    sa.Column('scanned_at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('flaws', sa.JSON(), nullable=False),
    sa.Column('worst', sa.String(length=10), nullable=True),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_scans_record_id_records'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('record_id', 'content_hash', name=op.f('pk_scans'))
    )
    op.create_index(op.f('ix_scans_town_worst'), 'scans', ['town', 'worst'])


def downgrade() -> None:
    op.drop_index(op.f('ix_scans_town_worst'), table_name='scans')
    op.drop_table('scans')

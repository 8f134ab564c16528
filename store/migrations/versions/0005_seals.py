"""The chain of seals over what runs brought"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('seals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('run', sa.String(length=40), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('versions', sa.Integer(), nullable=False),
    sa.Column('rows', sa.String(length=64), nullable=False),
    sa.Column('warc', sa.JSON(), nullable=True),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seals')),
    sa.UniqueConstraint('town', 'previous', name=op.f('uq_seals_town_previous')),
    sa.UniqueConstraint('town', 'run', name=op.f('uq_seals_town_run'))
    )
    with op.batch_alter_table('versions') as batch:
        # A run's versions are read together when they are sealed and verified.
        batch.create_index(op.f('ix_versions_run'), ['run'])


def downgrade() -> None:
    with op.batch_alter_table('versions') as batch:
        batch.drop_index(op.f('ix_versions_run'))
    op.drop_table('seals')

"""What people decided of catalogue items"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('catalogue_choices',
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('item', sa.String(length=100), nullable=False),
    sa.Column('columns', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('owner', sa.String(length=100), nullable=True),
    sa.Column('applicable', sa.Boolean(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('town', 'item', name=op.f('pk_catalogue_choices'))
    )


def downgrade() -> None:
    op.drop_table('catalogue_choices')

"""Each decision about a catalogue item as it was made, so that a day past is judged by those of its time"""

import sqlalchemy as sa
from alembic import op

import store.tables

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('catalogue_choice_history',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('item', sa.String(length=100), nullable=False),
    sa.Column('columns', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('owner', sa.String(length=100), nullable=True),
    sa.Column('applicable', sa.Boolean(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('who', sa.String(length=100), nullable=False),
    sa.Column('at', store.tables.Instant(timezone=True), nullable=False),
    sa.Column('forgotten', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_choice_history'))
    )
    op.create_index(op.f('ix_catalogue_choice_history_town_item_at'), 'catalogue_choice_history', ['town', 'item', 'at'])
    # Of what was decided before only the last word is known; it is of its own time.
    op.execute(
        'INSERT INTO catalogue_choice_history (town, item, "columns", owner, applicable, reason, who, at, forgotten)'
        ' SELECT town, item, "columns", owner, applicable, reason, who, at, false FROM catalogue_choices'
    )


def downgrade() -> None:
    op.drop_table('catalogue_choice_history')

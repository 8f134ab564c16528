"""The contacts that a content gives, its signature, and the contents that are one text put out twice"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('scans', sa.Column('contacts', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('scans', sa.Column('signature', sa.String(length=344), nullable=True))
    op.add_column('scans', sa.Column('likened', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index(op.f('ix_scans_town_likened'), 'scans', ['town', 'likened'])
    op.create_table('likenesses',
    sa.Column('record_id', sa.Integer(), nullable=False),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('other_hash', sa.String(length=64), nullable=False),
    sa.Column('town', sa.String(length=100), nullable=False),
    sa.Column('likeness', sa.Float(), nullable=False),
    sa.ForeignKeyConstraint(['other_id'], ['records.id'], name=op.f('fk_likenesses_other_id_records'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['record_id'], ['records.id'], name=op.f('fk_likenesses_record_id_records'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('record_id', 'content_hash', 'other_id', 'other_hash', name=op.f('pk_likenesses'))
    )
    op.create_index(op.f('ix_likenesses_other_id'), 'likenesses', ['other_id'])
    op.create_index(op.f('ix_likenesses_town'), 'likenesses', ['town'])


def downgrade() -> None:
    op.drop_index(op.f('ix_likenesses_town'), table_name='likenesses')
    op.drop_index(op.f('ix_likenesses_other_id'), table_name='likenesses')
    op.drop_table('likenesses')
    op.drop_index(op.f('ix_scans_town_likened'), table_name='scans')
    with op.batch_alter_table('scans') as batch:
        batch.drop_column('likened')
        batch.drop_column('signature')
        batch.drop_column('contacts')

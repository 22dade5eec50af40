"""Questions that search learned.

Revision: 0013, after 0012
Made: 2026-11-29
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table('query_associations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('group', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('normal', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('learned', 'accepted', 'blocked', name='associationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('is_pinned', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.Column('weighed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evidence_n', sa.Integer(), nullable=False),
    sa.Column('vector', sa.LargeBinary(), nullable=True),
    sa.Column('encoder', sa.String(), nullable=True),
    sa.Column('decisions', sa.Integer(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("NOT is_pinned OR state != 'blocked'", name=op.f('ck_query_associations_pinned_is_not_blocked')),
    sa.CheckConstraint('(vector IS NULL) = (encoder IS NULL)', name=op.f('ck_query_associations_vectors_name_their_encoder')),
    sa.CheckConstraint('NOT is_pinned OR is_active', name=op.f('ck_query_associations_pinned_is_active')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['accounts.id'], name=op.f('fk_query_associations_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_query_associations')),
    sa.UniqueConstraint('kind', 'group', 'language', 'normal', name=op.f('uq_query_associations_kind_group_language_normal'))
    )
    with op.batch_alter_table('query_associations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_query_associations_state_is_active_changed_at'), ['state', 'is_active', 'changed_at'], unique=False)

    op.create_table('query_evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('association_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum('customer_yes', 'customer_no', 'agent', name='evidencekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('voice', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('is_counted', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['association_id'], ['query_associations.id'], name=op.f('fk_query_evidence_association_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_query_evidence')),
    sa.UniqueConstraint('association_id', 'reference', name=op.f('uq_query_evidence_association_id_reference'))
    )
    with op.batch_alter_table('query_evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_query_evidence_association_id_at'), ['association_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_query_evidence_reference'), ['reference'], unique=False)


def downgrade() -> None:
    op.drop_table('query_evidence')
    op.drop_table('query_associations')

"""Votes tell their source.

Revision: 0004, after 0003
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = ()
depends_on = None

STANDINGS = "('counted', 'staff', 'set_aside', 'left_out')"


def upgrade() -> None:
    op.create_table('vote_bursts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.Enum('one_text_in_an_hour', 'one_text_in_a_day', 'all_texts_in_an_hour', name='burstrule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('line', sa.Integer(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision', sa.Enum('counted', 'staff', 'set_aside', 'left_out', name='votestanding', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(decision IS NULL) = (decided_at IS NULL)', name=op.f('ck_vote_bursts_decisions_have_a_time')),
    sa.ForeignKeyConstraint(['article_id', 'language'], ['translations.article_id', 'translations.language'], name=op.f('fk_vote_bursts_article_id_language')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['accounts.id'], name=op.f('fk_vote_bursts_decided_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vote_bursts'))
    )
    with op.batch_alter_table('vote_bursts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vote_bursts_found_at'), ['found_at'], unique=False)

    # SQLite makes the table anew, and would lose the checks that it cannot read back: hence the whole table.
    with op.batch_alter_table('fix_votes', schema=None, copy_from=fix_votes()) as batch_op:
        batch_op.add_column(sa.Column('source', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('standing', sa.String(length=32), nullable=False, server_default='counted'))
        batch_op.add_column(sa.Column('burst_id', sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f('ck_fix_votes_votestanding'), f'standing IN {STANDINGS}')
        batch_op.create_foreign_key(op.f('fk_fix_votes_burst_id'), 'vote_bursts', ['burst_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_fix_votes_source_burst_id'), ['source', 'burst_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_fix_votes_burst_id'), ['burst_id'], unique=False)

    # The default was for the rows that there are.
    with op.batch_alter_table('fix_votes', schema=None, copy_from=fix_votes(is_new=True)) as batch_op:
        batch_op.alter_column('standing', existing_type=sa.String(length=32), existing_nullable=False, server_default=None)

    with op.batch_alter_table('fix_votes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fix_votes_changed_at'), ['changed_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('fix_votes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fix_votes_changed_at'))

    with op.batch_alter_table('fix_votes', schema=None, copy_from=fix_votes(is_new=True)) as batch_op:
        batch_op.drop_index(batch_op.f('ix_fix_votes_burst_id'))
        batch_op.drop_index(batch_op.f('ix_fix_votes_source_burst_id'))
        batch_op.drop_constraint(op.f('fk_fix_votes_burst_id'), type_='foreignkey')
        batch_op.drop_constraint(op.f('ck_fix_votes_votestanding'), type_='check')
        batch_op.drop_column('burst_id')
        batch_op.drop_column('standing')
        batch_op.drop_column('source')

    with op.batch_alter_table('vote_bursts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vote_bursts_found_at'))

    op.drop_table('vote_bursts')


def fix_votes(is_new: bool = False) -> sa.Table:
    table = sa.Table('fix_votes', sa.MetaData(),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('article_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('voter', sa.String(), nullable=False),
    sa.Column('fixed', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.Enum('inaccurate', 'confusing', 'incomplete', 'not_my_problem', 'did_not_work', 'cannot_do_it', 'other', name=op.f('ck_fix_votes_votereason'), native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('query', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("NOT fixed OR (reason IS NULL AND comment = '')", name=op.f('ck_fix_votes_reasons_follow_a_no')),
    sa.ForeignKeyConstraint(['article_id', 'language'], ['translations.article_id', 'translations.language'], name=op.f('fk_fix_votes_article_id_language')),
    sa.ForeignKeyConstraint(['revision_id'], ['revisions.id'], name=op.f('fk_fix_votes_revision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fix_votes')),
    sa.UniqueConstraint('article_id', 'language', 'line', 'voter', name=op.f('uq_fix_votes_article_id_language_line_voter')),
    sa.Index(op.f('ix_fix_votes_article_id_created_at'), 'article_id', 'created_at'),
    )
    if is_new:
        table.append_column(sa.Column('source', sa.String(), nullable=True))
        table.append_column(sa.Column('standing', sa.String(length=32), nullable=False))
        table.append_column(sa.Column('burst_id', sa.Integer(), nullable=True))
        table.append_constraint(sa.CheckConstraint(f'standing IN {STANDINGS}', name=op.f('ck_fix_votes_votestanding')))
        table.append_constraint(sa.ForeignKeyConstraint(['burst_id'], ['vote_bursts.id'], name=op.f('fk_fix_votes_burst_id')))
        sa.Index(op.f('ix_fix_votes_source_burst_id'), table.c.source, table.c.burst_id)
        sa.Index(op.f('ix_fix_votes_burst_id'), table.c.burst_id)
    return table

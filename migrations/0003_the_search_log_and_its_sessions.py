"""The search log and its sessions.

Revision: 0003, after 0002
Made: 2026-11-22
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = ()
depends_on = None


def upgrade() -> None:
    op.create_table('daily_salts',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('salt', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_daily_salts'))
    )
    op.create_table('self_service_sessions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visitor', sa.String(), nullable=False),
    sa.Column('kind', sa.Enum('person', 'staff', 'bot', name='sessionkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_event_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.Enum('solved_confirmed', 'escalated', 'unsolved', 'solved_inferred', 'abandoned', 'unknown', name='sessionoutcome', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_self_service_sessions'))
    )
    with op.batch_alter_table('self_service_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_self_service_sessions_last_event_at'), ['last_event_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_self_service_sessions_outcome_last_event_at'), ['outcome', 'last_event_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_self_service_sessions_visitor_last_event_at'), ['visitor', 'last_event_at'], unique=False)

    op.create_table('search_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('query_raw', sa.String(), nullable=False),
    sa.Column('query_norm', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('results', sa.Integer(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('ms', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('filters', sa.JSON(), nullable=False),
    sa.Column('is_typed', sa.Boolean(), nullable=False),
    sa.Column('clicks', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['self_service_sessions.id'], name=op.f('fk_search_events_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_events'))
    )
    with op.batch_alter_table('search_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_events_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_search_events_session_id_last_at'), ['session_id', 'last_at'], unique=False)

    op.create_table('session_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sa.String(), nullable=False),
    sa.Column('session_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum('read', 'voted', 'asked', name='stepkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('fixed', sa.Boolean(), nullable=True),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['self_service_sessions.id'], name=op.f('fk_session_steps_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session_steps')),
    sa.UniqueConstraint('token', name=op.f('uq_session_steps_token'))
    )
    with op.batch_alter_table('session_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_steps_session_id_at'), ['session_id', 'at'], unique=False)

    op.create_table('search_clicks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['search_events.id'], name=op.f('fk_search_clicks_event_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_clicks')),
    sa.UniqueConstraint('event_id', 'kind', 'key', name=op.f('uq_search_clicks_event_id_kind_key'))
    )
    op.create_table('search_tokens',
    sa.Column('token', sa.String(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['search_events.id'], name=op.f('fk_search_tokens_event_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_search_tokens'))
    )
    with op.batch_alter_table('search_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_search_tokens_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_search_tokens_given_at'), ['given_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('search_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_tokens_given_at'))
        batch_op.drop_index(batch_op.f('ix_search_tokens_event_id'))

    op.drop_table('search_tokens')
    op.drop_table('search_clicks')
    with op.batch_alter_table('session_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_steps_session_id_at'))

    op.drop_table('session_steps')
    with op.batch_alter_table('search_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_search_events_session_id_last_at'))
        batch_op.drop_index(batch_op.f('ix_search_events_created_at'))

    op.drop_table('search_events')
    with op.batch_alter_table('self_service_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_self_service_sessions_visitor_last_event_at'))
        batch_op.drop_index(batch_op.f('ix_self_service_sessions_outcome_last_event_at'))
        batch_op.drop_index(batch_op.f('ix_self_service_sessions_last_event_at'))

    op.drop_table('self_service_sessions')
    op.drop_table('daily_salts')

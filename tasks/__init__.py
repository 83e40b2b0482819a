"""How data is made so: a room per stage, pure functions over Arrow tables, thin Prefect tasks."""

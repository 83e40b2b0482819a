"""How data is made so: one room per stage, pure functions over Arrow tables, and thin Prefect tasks."""

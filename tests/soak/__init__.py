"""Journeys of many browsers while workers are killed; every acknowledgement is checked."""

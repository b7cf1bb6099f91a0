"""Settings of all tests."""

from hypothesis import HealthCheck, settings

# no deadlines: what a test shows is behaviour, and CI's machines are slow at times
settings.register_profile("kg", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kg")

"""Compare the new assistant with the one in production."""

import mlflow


def load_production():
    return mlflow.pyfunc.load_model("models:/support-assistant/Production")

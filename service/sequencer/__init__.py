"""The process that gives entries their index, signs the logs, and asks the witnesses."""

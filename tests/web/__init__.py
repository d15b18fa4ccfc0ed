"""The page, without a browser and with one."""

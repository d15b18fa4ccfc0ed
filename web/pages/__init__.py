"""One file a page: its `router`, beside a template of the same name; see `web.app.PAGES`."""

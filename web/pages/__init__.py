"""One file a page: its routes, beside a template of the same name. Each gives `routes(site)`; see `web.app.PAGES`."""

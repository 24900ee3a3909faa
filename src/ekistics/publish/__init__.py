"""From observations and packages to documents: pages, PDF, charts and maps. It opens no database."""

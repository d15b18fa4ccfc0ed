"""Where frames come from: cameras, streams, pictures, videos, PDF."""

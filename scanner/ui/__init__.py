"""What a session shows and sounds: terminal, window, sound."""

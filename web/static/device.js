// A device that waits for the next handover looks again by itself.

setTimeout(() => location.reload(), 5000);

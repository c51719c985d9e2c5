"""Programs under another allocator: started with it preloaded, and watched."""

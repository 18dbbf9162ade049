"""Independent PyTorch reference of Prompt-In-Prompt and of the three backbones it is grafted onto."""

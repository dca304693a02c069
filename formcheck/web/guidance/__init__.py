"""What the guidance page says, as data: the exercises step by step, filming, the numbers, safety, moving on."""

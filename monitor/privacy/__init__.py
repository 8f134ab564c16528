"""Personal data in a published text: identity numbers, mobiles, bank accounts, homes, sensitive lists. Pure."""

"""The yearly report on disclosure (国办公开办函〔2021〕30号): its tables, and the sums that must hold in them."""

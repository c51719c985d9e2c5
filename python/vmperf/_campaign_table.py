"""What a campaign's pairs say: alarms on identical code, real differences found."""

"""What pages, datasets and rules read of visits, forms and queries; always in the scope of an actor."""

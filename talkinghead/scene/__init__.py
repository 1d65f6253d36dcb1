"""Several who speak: faces of one photograph, actors in one scene."""

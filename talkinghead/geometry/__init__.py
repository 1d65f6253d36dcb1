"""Where things are: registration of faces, meshes and maps, the mouth's geometry."""

not python (

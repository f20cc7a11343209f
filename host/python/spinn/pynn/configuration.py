"""What applies of sPyNNaker's configuration file."""
import configparser
import os


def read(path=None):
    """From ~/.spynnaker.cfg: {"time_scale_factor": float, "machine_time_step": ms}, as far as the file says."""
    path = path or os.environ.get("SPYNNAKER_CFG") or os.path.expanduser("~/.spynnaker.cfg")
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(path)
    except configparser.Error as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    found = {}
    for section in ("Machine", "Simulation"):
        for option, name, scale in (("time_scale_factor", "time_scale_factor", 1.0),
                                    ("simulation_time_step", "machine_time_step", 1e-3),
                                    ("machine_time_step", "machine_time_step", 1e-3)):
            text = parser.get(section, option, fallback="None")
            if text not in ("None", ""):
                found.setdefault(name, float(text) * scale)
    return found

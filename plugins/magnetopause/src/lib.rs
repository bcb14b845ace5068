//! The magnetopause of Shue et al. (1998): where the solar wind and the Earth's field press alike.
//!
//! The functions are pure maths, one file each; this list says their names, units and sources.

mod flaring;
mod standoff;
mod surface;

use std::f64::consts::FRAC_PI_2;

use kamodo_plugin_api::Function;

pub use flaring::flaring;
pub use standoff::standoff_distance;
pub use surface::magnetopause_distance;

const CITATION: &str = "Shue, J.-H., et al. (1998), Magnetopause location under extreme solar wind conditions, \
    J. Geophys. Res., 103(A8), 17691-17700, doi:10.1029/98JA01103";

kamodo_plugin_api::export! {
    name: "magnetopause",
    functions: [
        Function::new("standoff", standoff_distance)
            .argument("B_z", "nT")
            .argument("p_dyn", "nPa")
            .unit("R_E")
            .doc("Distance of the magnetopause from the Earth's centre, towards the Sun")
            .equation(
                r"\left(10.22 + 1.29 \tanh{\left(0.184 \left(B_{z} + 8.14\right) \right)}\right) p_{dyn}^{- \frac{1}{6.6}}",
            )
            .citation(CITATION)
            .cheap()
            .example([0.0, 2.0], 10.2519).within(1e-4)
            .example([-15.0, 2.0], 8.2120).within(1e-4),

        Function::new("flaring", flaring)
            .argument("B_z", "nT")
            .argument("p_dyn", "nPa")
            .doc("How much the magnetotail opens: 0 is a sphere, above 0.5 it opens for ever")
            .equation(r"\left(0.58 - 0.007 B_{z}\right) \left(1 + 0.024 \ln{\left(p_{dyn} \right)}\right)")
            .citation(CITATION)
            .cheap()
            .example([0.0, 1.0], 0.58)
            .example([-5.0, 2.0], 0.6252).within(1e-4),

        Function::new("magnetopause", magnetopause_distance)
            .argument("theta", "rad")
            .argument("B_z", "nT")
            .argument("p_dyn", "nPa")
            .unit("R_E")
            .doc("Distance of the magnetopause from the Earth's centre, at an angle from the line to the Sun")
            .equation(r"r_{0} \left(\frac{2}{1 + \cos{\left(\theta \right)}}\right)^{\alpha}")
            .citation(CITATION)
            .cheap()
            .example([0.0, 0.0, 2.0], 10.2519).within(1e-4)
            .example([FRAC_PI_2, 0.0, 2.0], 15.4278).within(1e-4),
    ],
}

#[cfg(test)]
mod tests {
    #[test]
    fn examples() {
        kamodo_plugin_api::testing::check_examples(&crate::plugin().unwrap());
    }
}

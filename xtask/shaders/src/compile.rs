//! Compiles WGSL with Mesa's RADV for a GPU that is not there. Nothing is run.

use std::{collections::BTreeMap, ffi::CStr, ptr};

use ash::{Device, Entry, Instance, ext, khr, vk};
use naga::{
    AddressSpace, Module, ShaderStage,
    back::spv,
    front::wgsl,
    proc::{BoundsCheckPolicies, BoundsCheckPolicy},
    valid::{Capabilities, ValidationFlags, Validator},
};
use serde::{Deserialize, Serialize};

use crate::outcome::Result;

/// What keeps a shader within its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Policy {
    /// As browsers do on this driver: it checks buffers itself (robust access), and only indices into workgroup memory and
    /// other arrays of fixed size are clamped in the shader.
    Browser,
    /// As browsers do on drivers that check nothing: every index is clamped, and every loop counts its rounds.
    Strict,
}

/// What the compiler made of a kernel.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The driver's statistics by name.
    pub statistics: BTreeMap<String, u64>,
    /// Lanes of a wave.
    pub lanes: u32,
    /// The disassembly, if it was asked for.
    pub assembly: Option<String>,
}

/// The compiler, for one family of GPUs: that of `RADV_FORCE_FAMILY`.
pub struct Compiler {
    device: Device,
    executables: khr::pipeline_executable_properties::Device,
    /// The driver, with its version.
    pub driver: String,
    _instance: Instance,
    _entry: Entry,
}

impl Compiler {
    /// Opens the GPU that the environment names.
    pub fn open() -> Result<Self> {
        // SAFETY: the library is Vulkan's loader, and every structure below outlives the call that reads it.
        unsafe {
            let entry = Entry::load()?;
            let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_3);
            let info = vk::InstanceCreateInfo::default().application_info(&application);
            let instance = entry.create_instance(&info, None)?;
            let gpu = *instance.enumerate_physical_devices()?.first().ok_or("the driver has no such GPU")?;
            let driver = driver(&instance, gpu);
            let device = device(&instance, gpu)?;
            let executables = khr::pipeline_executable_properties::Device::new(&instance, &device);
            Ok(Self { device, executables, driver, _instance: instance, _entry: entry })
        }
    }

    /// Compiles the entry point `main`. To disassemble it takes longer than to compile it.
    pub fn compile(&self, text: &str, policy: Policy, disassemble: bool) -> Result<Compiled> {
        let (module, words) = spirv(text, policy)?;
        // SAFETY: naga's SPIR-V is valid, and every structure outlives the call that reads it.
        unsafe {
            let bindings: Vec<_> =
                module.global_variables.iter().filter_map(|(_, global)| binding(global)).collect();
            let info = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
            let sets = [self.device.create_descriptor_set_layout(&info, None)?];
            let info = vk::PipelineLayoutCreateInfo::default().set_layouts(&sets);
            let layout = self.device.create_pipeline_layout(&info, None)?;
            let shader = self
                .device
                .create_shader_module(&vk::ShaderModuleCreateInfo::default().code(&words), None)?;
            let stage = vk::PipelineShaderStageCreateInfo::default()
                .module(shader)
                .name(c"main")
                .stage(vk::ShaderStageFlags::COMPUTE);
            let statistics = vk::PipelineCreateFlags::CAPTURE_STATISTICS_KHR;
            let texts = vk::PipelineCreateFlags::CAPTURE_INTERNAL_REPRESENTATIONS_KHR;
            let capture = if disassemble { statistics | texts } else { statistics };
            let infos = [vk::ComputePipelineCreateInfo::default().stage(stage).layout(layout).flags(capture)];
            let made = self.device.create_compute_pipelines(vk::PipelineCache::null(), &infos, None);
            let pipeline = made.map_err(|(_, error)| error)?[0];
            let compiled = self.look(pipeline, disassemble);
            self.device.destroy_pipeline(pipeline, None);
            self.device.destroy_shader_module(shader, None);
            self.device.destroy_pipeline_layout(layout, None);
            self.device.destroy_descriptor_set_layout(sets[0], None);
            compiled
        }
    }

    unsafe fn look(&self, pipeline: vk::Pipeline, disassemble: bool) -> Result<Compiled> {
        // SAFETY: as the caller's.
        unsafe {
            let info = vk::PipelineInfoKHR::default().pipeline(pipeline);
            let properties = self.executables.get_pipeline_executable_properties(&info)?;
            let lanes = properties.first().ok_or("the pipeline has no code")?.subgroup_size;
            let which = vk::PipelineExecutableInfoKHR::default().pipeline(pipeline).executable_index(0);
            let statistics = self.executables.get_pipeline_executable_statistics(&which)?;
            let statistics = statistics.iter().map(|statistic| {
                let name = CStr::from_ptr(statistic.name.as_ptr()).to_string_lossy().into_owned();
                (name, statistic.value.u64)
            });
            let statistics = statistics.collect();
            let assembly = if disassemble { Some(self.assembly(&which)?) } else { None };
            Ok(Compiled { statistics, lanes, assembly })
        }
    }

    /// The last internal representation: the disassembly.
    unsafe fn assembly(&self, which: &vk::PipelineExecutableInfoKHR<'_>) -> Result<String> {
        let get = self.executables.fp().get_pipeline_executable_internal_representations_khr;
        let mut count = 0;
        // SAFETY: asked thrice, as Vulkan has it: for the number, for the sizes, and with room for the texts.
        unsafe {
            get(self.device.handle(), which, &raw mut count, ptr::null_mut()).result()?;
            let mut found = vec![vk::PipelineExecutableInternalRepresentationKHR::default(); count as usize];
            get(self.device.handle(), which, &raw mut count, found.as_mut_ptr()).result()?;
            let mut texts: Vec<Vec<u8>> = found.iter().map(|one| vec![0; one.data_size]).collect();
            for (one, text) in found.iter_mut().zip(&mut texts) {
                one.p_data = text.as_mut_ptr().cast();
            }
            get(self.device.handle(), which, &raw mut count, found.as_mut_ptr()).result()?;
            let named = |one: &vk::PipelineExecutableInternalRepresentationKHR<'_>| {
                CStr::from_ptr(one.name.as_ptr()).to_string_lossy().contains("Assembly")
            };
            let at = found.iter().position(named).ok_or("the driver shows no assembly")?;
            Ok(String::from_utf8_lossy(&texts[at]).trim_end_matches('\0').to_owned())
        }
    }
}

unsafe fn driver(instance: &Instance, gpu: vk::PhysicalDevice) -> String {
    let mut about = vk::PhysicalDeviceDriverProperties::default();
    let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut about);
    // SAFETY: both structures outlive the call.
    unsafe { instance.get_physical_device_properties2(gpu, &mut properties) };
    let text = |text: &[std::ffi::c_char]| {
        // SAFETY: the driver ends its texts.
        unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned()
    };
    format!("{} {}", text(&about.driver_name), text(&about.driver_info))
}

/// A device with whatever of the features that browsers use the GPU has.
unsafe fn device(instance: &Instance, gpu: vk::PhysicalDevice) -> Result<Device> {
    let mut executables = vk::PhysicalDevicePipelineExecutablePropertiesFeaturesKHR::default();
    let mut robustness = vk::PhysicalDeviceRobustness2FeaturesEXT::default();
    let mut v13 = vk::PhysicalDeviceVulkan13Features::default();
    let mut v12 = vk::PhysicalDeviceVulkan12Features::default();
    let mut v11 = vk::PhysicalDeviceVulkan11Features::default();
    let mut features = vk::PhysicalDeviceFeatures2::default()
        .push_next(&mut executables)
        .push_next(&mut robustness)
        .push_next(&mut v13)
        .push_next(&mut v12)
        .push_next(&mut v11);
    let queues = [vk::DeviceQueueCreateInfo::default().queue_priorities(&[1.0])];
    let extensions = [khr::pipeline_executable_properties::NAME.as_ptr(), ext::robustness2::NAME.as_ptr()];
    // SAFETY: all structures outlive the calls. All features that the GPU has are wanted, as they are returned.
    unsafe {
        instance.get_physical_device_features2(gpu, &mut features);
        let info = vk::DeviceCreateInfo::default()
            .queue_create_infos(&queues)
            .enabled_extension_names(&extensions)
            .push_next(&mut features);
        Ok(instance.create_device(gpu, &info, None)?)
    }
}

fn spirv(text: &str, policy: Policy) -> Result<(Module, Vec<u32>)> {
    let module = wgsl::parse_str(text).map_err(|error| error.emit_to_string(text))?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::all())
        .validate(&module)
        .map_err(|error| error.emit_to_string(text))?;
    let restrict = BoundsCheckPolicy::Restrict;
    let buffer = if policy == Policy::Strict { restrict } else { BoundsCheckPolicy::Unchecked };
    let options = spv::Options {
        lang_version: (1, 4),
        bounds_check_policies: BoundsCheckPolicies { index: restrict, buffer, ..Default::default() },
        force_loop_bounding: policy == Policy::Strict,
        zero_initialize_workgroup_memory: spv::ZeroInitializeWorkgroupMemoryMode::Native,
        ..Default::default()
    };
    let entry = spv::PipelineOptions { shader_stage: ShaderStage::Compute, entry_point: "main".to_owned() };
    let words = spv::write_vec(&module, &info, &options, Some(&entry))?;
    Ok((module, words))
}

fn binding(global: &naga::GlobalVariable) -> Option<vk::DescriptorSetLayoutBinding<'static>> {
    let kind = match global.space {
        AddressSpace::Uniform => vk::DescriptorType::UNIFORM_BUFFER,
        _ => vk::DescriptorType::STORAGE_BUFFER,
    };
    let layout =
        vk::DescriptorSetLayoutBinding::default().binding(global.binding?.binding).descriptor_type(kind);
    Some(layout.descriptor_count(1).stage_flags(vk::ShaderStageFlags::COMPUTE))
}
